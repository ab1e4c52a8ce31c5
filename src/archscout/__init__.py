"""Find good neural architectures when labels are scarce.

Everything named here is loaded when it is first used, so that ``import archscout`` is quick
and loads neither torch nor any other large package.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark, load_benchmark
    from archscout.errors import ArchscoutError, ObjectiveError
    from archscout.experiments import compare, rank
    from archscout.exports import export
    from archscout.images import load_images
    from archscout.objectives._function import FunctionObjective
    from archscout.objectives._label import Label
    from archscout.objectives._objective import Measurement, Objective
    from archscout.pipelines._train import train_network as train
    from archscout.pipelines.unlabeled import UnlabeledSettings, search_unlabeled
    from archscout.predictors import list_predictors, make_predictor
    from archscout.predictors.base import Predictor
    from archscout.reports import report
    from archscout.results import Ranking, SearchResult, load_result
    from archscout.spaces import Architecture, Limit, SearchSpace, Variable, load_space
    from archscout.strategies import list_strategies, make_strategy
    from archscout.strategies.base import Strategy
    from archscout.study._loop import search
    from archscout.study.ledger import Ledger

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
    "report",
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
    "Ledger": "study.ledger",
    "Limit": "spaces.limits._limit",
    "Measurement": "objectives",
    "Objective": "objectives",
    "ObjectiveError": "errors",
    "Predictor": "predictors.base",
    "Ranking": "results",
    "SearchResult": "results",
    "SearchSpace": "spaces.base",
    "Strategy": "strategies.base",
    "TableBenchmark": "benchmarks",
    "UnlabeledSettings": "pipelines.unlabeled",
    "Variable": "spaces.base",
    "compare": "experiments",
    "export": "exports",
    "list_predictors": "predictors",
    "list_strategies": "strategies",
    "load_benchmark": "benchmarks",
    "load_images": "images",
    "load_result": "results",
    "load_space": "spaces",
    "make_predictor": "predictors",
    "make_strategy": "strategies",
    "rank": "experiments",
    "report": "reports",
    "search": "study._loop",
    "search_unlabeled": "pipelines.unlabeled",
    "train": "pipelines._train:train_network",
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
