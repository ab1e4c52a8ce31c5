"""Strategies side by side: paired seeds, intervals, tests, yardsticks, one folder of results."""

from archscout.comparison.result import Comparison
from archscout.comparison.run import CompareProgress, compare
from archscout.comparison.spec import BenchmarkSpec

__all__ = ["BenchmarkSpec", "CompareProgress", "Comparison", "compare"]
