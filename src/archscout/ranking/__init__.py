"""Predictors side by side: label counts, paired seeds, intervals, tests, one folder of results."""

from archscout.comparison.spec import BenchmarkSpec
from archscout.ranking.result import Ranking
from archscout.ranking.run import RankProgress, rank

__all__ = ["BenchmarkSpec", "RankProgress", "Ranking", "rank"]
