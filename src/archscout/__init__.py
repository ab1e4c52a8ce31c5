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
    from archscout.errors import ArchscoutError, ObjectiveError
    from archscout.exports import export
    from archscout.ledger import Ledger
    from archscout.objectives import FunctionObjective, Label, Measurement, Objective
    from archscout.predictors import list_predictors, make_predictor
    from archscout.predictors.base import Predictor
    from archscout.random_label_search import UnlabeledSettings, search_unlabeled
    from archscout.ranking import Ranking, rank
    from archscout.results import SearchResult
    from archscout.runs import load_result
    from archscout.spaces import Architecture, Limit, SearchSpace, Variable, load_space
    from archscout.strategies import list_strategies, make_strategy
    from archscout.strategies.base import Strategy
    from archscout.study import search
    from archscout.training import load_images
    from archscout.training.single_network import train_network as train

    __version__: str

__all__ = [
    "Architecture",
    "ArchscoutError",
    "FunctionObjective",
    "Label",
    "Ledger",
    "Limit",
    "Measurement",
    "Objective",
    "ObjectiveError",
    "Predictor",
    "Ranking",
    "SearchResult",
    "SearchSpace",
    "Strategy",
    "TableBenchmark",
    "UnlabeledSettings",
    "Variable",
    "__version__",
    "compare",
    "export",
    "list_predictors",
    "list_strategies",
    "load_benchmark",
    "load_images",
    "load_result",
    "load_space",
    "make_predictor",
    "make_strategy",
    "rank",
    "search",
    "search_unlabeled",
    "train",
]

# Where each name lives; after a colon, the name that it has there.
_HOMES = {
    "Architecture": "spaces.base",
    "ArchscoutError": "errors",
    "FunctionObjective": "objectives",
    "Label": "objectives",
    "Ledger": "ledger",
    "Limit": "spaces.limits",
    "Measurement": "objectives",
    "Objective": "objectives",
    "ObjectiveError": "errors",
    "Predictor": "predictors.base",
    "Ranking": "ranking",
    "SearchResult": "results",
    "SearchSpace": "spaces.base",
    "Strategy": "strategies.base",
    "TableBenchmark": "benchmarks",
    "UnlabeledSettings": "random_label_search",
    "Variable": "spaces.base",
    "compare": "comparison",
    "export": "exports",
    "list_predictors": "predictors",
    "list_strategies": "strategies",
    "load_benchmark": "benchmarks",
    "load_images": "training",
    "load_result": "runs",
    "load_space": "spaces",
    "make_predictor": "predictors",
    "make_strategy": "strategies",
    "rank": "ranking",
    "search": "study",
    "search_unlabeled": "random_label_search",
    "train": "training.single_network:train_network",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("archscout")
    elif name in _HOMES:
        home, _, own_name = _HOMES[name].partition(":")
        value = getattr(importlib.import_module(f"archscout.{home}"), own_name or name)
    else:
        raise AttributeError(f"module 'archscout' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
