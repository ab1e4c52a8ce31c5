"""Experiments: strategies, or predictors, side by side on paired seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.experiments._benchmark_spec import BenchmarkSpec
    from archscout.experiments._frame import ExperimentProgress
    from archscout.experiments.comparison.run import compare
    from archscout.experiments.ranking.run import rank
    from archscout.results import Comparison, Ranking

__all__ = [
    "BenchmarkSpec",
    "Comparison",
    "ExperimentProgress",
    "Ranking",
    "compare",
    "rank",
]
__getattr__ = lazily(
    __name__,
    {
        "BenchmarkSpec": "_benchmark_spec",
        "Comparison": "comparison.run",
        "ExperimentProgress": "_frame",
        "Ranking": "ranking.run",
        "compare": "comparison.run",
        "rank": "ranking.run",
    },
)
