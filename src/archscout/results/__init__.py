"""Results: what a run found, as data that is written and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.results.load import load_result
    from archscout.results.search import SearchResult

__all__ = ["SearchResult", "load_result"]
__getattr__ = lazily(__name__, {"SearchResult": "search", "load_result": "load"})
