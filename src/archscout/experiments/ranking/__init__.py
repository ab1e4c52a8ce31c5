"""Predictors side by side: label counts, paired seeds, intervals, tests, one folder of results."""

from archscout.experiments.comparison.spec import BenchmarkSpec
from archscout.experiments.ranking.result import Ranking
from archscout.experiments.ranking.run import RankProgress, rank

__all__ = ["BenchmarkSpec", "RankProgress", "Ranking", "rank"]
