"""Studies: space, strategy, objective, budget, record and executor; run, resumed, reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.study._loop import search
    from archscout.study.buying import Buying, SearchProgress
    from archscout.study.ledger import Ledger

__all__ = [
    "Buying",
    "Ledger",
    "SearchProgress",
    "search",
]
__getattr__ = lazily(
    __name__,
    {"Buying": "buying", "SearchProgress": "buying", "Ledger": "ledger", "search": "_loop"},
)
