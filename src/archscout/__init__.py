"""Find good neural architectures when labels are scarce.

Everything named here is loaded when it is first used, so that ``import archscout`` is quick
and loads neither torch nor any other large package.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark, load_benchmark
    from archscout.comparison import compare
    from archscout.errors import ArchscoutError
    from archscout.ledger import Ledger
    from archscout.objectives import Label, Measurement
    from archscout.predictors import list_predictors, make_predictor
    from archscout.predictors.base import Predictor
    from archscout.ranking import Ranking, rank
    from archscout.results import SearchResult, load_result
    from archscout.spaces import Architecture, SearchSpace, load_space
    from archscout.strategies import list_strategies, make_strategy
    from archscout.strategies.base import Strategy
    from archscout.study import search

    __version__: str

__all__ = [
    "Architecture",
    "ArchscoutError",
    "Label",
    "Ledger",
    "Measurement",
    "Predictor",
    "Ranking",
    "SearchResult",
    "SearchSpace",
    "Strategy",
    "TableBenchmark",
    "__version__",
    "compare",
    "list_predictors",
    "list_strategies",
    "load_benchmark",
    "load_result",
    "load_space",
    "make_predictor",
    "make_strategy",
    "rank",
    "search",
]

_HOMES = {
    "Architecture": "spaces.base",
    "ArchscoutError": "errors",
    "Label": "objectives",
    "Ledger": "ledger",
    "Measurement": "objectives",
    "Predictor": "predictors.base",
    "Ranking": "ranking",
    "SearchResult": "results",
    "SearchSpace": "spaces.base",
    "Strategy": "strategies.base",
    "TableBenchmark": "benchmarks",
    "compare": "comparison",
    "list_predictors": "predictors",
    "list_strategies": "strategies",
    "load_benchmark": "benchmarks",
    "load_result": "results",
    "load_space": "spaces",
    "make_predictor": "predictors",
    "make_strategy": "strategies",
    "rank": "ranking",
    "search": "study",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("archscout")
    elif name in _HOMES:
        value = getattr(importlib.import_module(f"archscout.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module 'archscout' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
