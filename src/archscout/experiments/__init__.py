"""Experiments: strategies, or predictors, side by side on paired seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.experiments.benchmark_spec import BenchmarkSpec
    from archscout.experiments.comparison.run import CompareProgress, compare
    from archscout.experiments.ranking.run import RankProgress, rank
    from archscout.results import Comparison, Ranking

__all__ = [
    "BenchmarkSpec",
    "CompareProgress",
    "Comparison",
    "RankProgress",
    "Ranking",
    "compare",
    "rank",
]
__getattr__ = lazily(
    __name__,
    {
        "BenchmarkSpec": "benchmark_spec",
        "CompareProgress": "comparison.run",
        "Comparison": "comparison.run",
        "RankProgress": "ranking.run",
        "Ranking": "ranking.run",
        "compare": "comparison.run",
        "rank": "ranking.run",
    },
)
