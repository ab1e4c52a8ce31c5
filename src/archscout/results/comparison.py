"""A finished comparison: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from archscout._common.plain import plain
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout.results.experiment import ExperimentResult
from archscout.results.regrets import Curves, RunRecord, make_curves
from archscout.results.yardsticks import TrivialBaseline, Yardsticks

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME = "comparison.json"


@dataclass(frozen=True, kw_only=True)
class Comparison(ExperimentResult):
    """Strategies side by side on one table.

    Args:
        budget: labels a search.
        labels: every label of every search (`labels_table`).
        yardsticks: facts of the table.
        curves: matrices behind the tables.
    """

    FILES: ClassVar = ("labels.csv", "summary.csv", "tests.csv", FILE_NAME)

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

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the single labels are in the CSV."""
        described = plain(
            {
                "space": self.space,
                "benchmark": self.benchmark,
                "labels": self.budget,
                "seeds": self.seeds,
                "strategies": self.strategies,
                "baseline": self.baseline,
                "warnings": self.warnings,
                "findings": self.findings,
                "summary": self.summary.to_dict("records"),
                "tests": self.tests.to_dict("records"),
                "yardsticks": self.yardsticks.to_dict(),
                "notes": self.notes,
                "manifest": self.manifest,
            }
        )
        assert isinstance(described, dict)
        return described

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Args:
            folder: the folder.

        Returns:
            The comparison. What single searches took is not in its curves, only in its summary.

        Raises:
            StorageError: if a file is missing or damaged.
        """
        folder = Path(folder)
        with read_back(folder / FILE_NAME, "a comparison"):
            data = read_json(folder / FILE_NAME)
            facts = numbers(data["yardsticks"])
            trivial = tuple(TrivialBaseline(**numbers(row)) for row in facts["trivial"])
            yardsticks = Yardsticks(**{**facts, "trivial": trivial})
            labels = read_table(folder / "labels.csv")
            budget = int(data["labels"])
            return cls(
                **cls.shared(folder, data, "warnings"),
                budget=budget,
                labels=labels,
                yardsticks=yardsticks,
                curves=[
                    _curves(labels, str(name), yardsticks, budget) for name in data["strategies"]
                ],
            )


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
