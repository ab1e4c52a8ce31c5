"""Studies: space, strategy, objective, budget, record and executor; run, resumed, reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.study.ledger import Ledger
    from archscout.study.loop import search

__all__ = ["Ledger", "search"]
__getattr__ = lazily(__name__, {"Ledger": "ledger", "search": "loop"})
