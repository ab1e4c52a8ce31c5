"""Results: what a run found, as data that is written and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.results.comparison import Comparison
    from archscout.results.load import load_result
    from archscout.results.ranking import Ranking
    from archscout.results.search import SearchResult
    from archscout.results.supernet import SupernetSearchResult
    from archscout.results.trained import TrainedRecord
    from archscout.results.unlabeled import UnlabeledResult

__all__ = [
    "Comparison",
    "Ranking",
    "SearchResult",
    "SupernetSearchResult",
    "TrainedRecord",
    "UnlabeledResult",
    "load_result",
]
__getattr__ = lazily(
    __name__,
    {
        "Comparison": "comparison",
        "Ranking": "ranking",
        "SearchResult": "search",
        "SupernetSearchResult": "supernet",
        "TrainedRecord": "trained",
        "UnlabeledResult": "unlabeled",
        "load_result": "load",
    },
)
