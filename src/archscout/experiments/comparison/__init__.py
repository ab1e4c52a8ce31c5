"""Strategies side by side: paired seeds, intervals, tests, yardsticks, one folder of results."""

from archscout.experiments.comparison.result import Comparison
from archscout.experiments.comparison.run import CompareProgress, compare
from archscout.experiments.comparison.spec import BenchmarkSpec

__all__ = ["BenchmarkSpec", "CompareProgress", "Comparison", "compare"]
