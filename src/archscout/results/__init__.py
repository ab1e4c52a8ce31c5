"""Results: what a run found, as data that is written and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.results._finalist import Finalist
    from archscout.results._load import load_result
    from archscout.results._ranking import Ranking
    from archscout.results.comparison import Comparison
    from archscout.results.scores import Scores
    from archscout.results.search import Best, SearchResult
    from archscout.results.supernet import SupernetSearchResult
    from archscout.results.trained import TrainedRecord
    from archscout.results.trust import TrustCheck
    from archscout.results.unlabeled import Found, UnlabeledResult

__all__ = [
    "Best",
    "Comparison",
    "Finalist",
    "Found",
    "Ranking",
    "Scores",
    "SearchResult",
    "SupernetSearchResult",
    "TrainedRecord",
    "TrustCheck",
    "UnlabeledResult",
    "load_result",
]
__getattr__ = lazily(
    __name__,
    {
        "Best": "search",
        "Finalist": "_finalist",
        "Found": "unlabeled",
        "Scores": "scores",
        "TrustCheck": "trust",
        "Comparison": "comparison",
        "Ranking": "_ranking",
        "SearchResult": "search",
        "SupernetSearchResult": "supernet",
        "TrainedRecord": "trained",
        "UnlabeledResult": "unlabeled",
        "load_result": "_load",
    },
)
