"""A finished comparison: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from archscout._common.reading import numbers
from archscout.results._experiment import ExperimentResult
from archscout.results._regrets import Curves, RunRecord, make_curves
from archscout.results._yardsticks import TrivialBaseline, Yardsticks

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Comparison(ExperimentResult):
    """Strategies side by side on one table.

    Args:
        budget: labels a search.
        labels: every label of every search (`labels_table`).
        yardsticks: facts of the table.
        curves: matrices behind the tables.
    """

    FILES: ClassVar = ("labels.csv", "summary.csv", "tests.csv", "comparison.json")
    KIND: ClassVar = "a comparison"

    budget: int
    labels: pd.DataFrame = field(repr=False)
    yardsticks: Yardsticks = field(repr=False)
    curves: list[Curves] = field(repr=False)

    @property
    def rows_table(self) -> pd.DataFrame:
        """The table of labels."""
        return self.labels

    @property
    def strategies(self) -> list[str]:
        """Names of the strategies, in the order in which they were asked for."""
        return [curve.strategy for curve in self.curves]

    @property
    def findings(self) -> list[str]:
        """One sentence a strategy: headline measure at the end of the budget."""
        last = (self.tests.labels == self.budget) & (self.tests.measure == self.yardsticks.headline)
        return [str(sentence) for sentence in self.tests.sentence[last]]

    @property
    def question(self) -> dict[str, Any]:
        """What was compared on how many labels and which seeds, for the record."""
        return {"labels": self.budget, "seeds": self.seeds, "strategies": self.strategies}

    @staticmethod
    def _own(data: Mapping[str, Any], rows: pd.DataFrame, summary: pd.DataFrame) -> dict[str, Any]:
        facts, budget = numbers(data["yardsticks"]), int(data["labels"])
        trivial = tuple(TrivialBaseline(**numbers(row)) for row in facts["trivial"])
        yardsticks = Yardsticks(**{**facts, "trivial": trivial})
        names = [str(name) for name in data["strategies"]]
        curves = [_curves(rows, name, yardsticks, budget) for name in names]
        return {"budget": budget, "labels": rows, "yardsticks": yardsticks, "curves": curves}


def _curves(labels: pd.DataFrame, strategy: str, yardsticks: Yardsticks, budget: int) -> Curves:
    own = labels[labels["strategy"] == strategy]
    runs = []
    for seed, rows in own.groupby("seed"):
        columns = {
            name: rows[name].to_numpy(dtype=np.float64)
            for name in ("value", "mean_value", "test_value", "seconds")
        }
        runs.append(
            RunRecord(
                strategy=strategy,
                seed=int(str(seed)),
                architectures=rows["architecture"].astype(str).tolist(),
                values=columns["value"],
                mean_values=columns["mean_value"],
                test_values=columns["test_value"],
                seconds=columns["seconds"],
                wall_seconds=math.nan,
                requests=len(rows),
                repeats=0,
                stopped="",
            )
        )
    if not runs:
        raise ValueError(f"labels.csv holds no label of {strategy!r}")
    return make_curves(strategy, runs, yardsticks, budget)
