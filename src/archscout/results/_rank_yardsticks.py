"""What a ranking is measured against: predictors without labels, and what noise leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from archscout.objectives._objective import Direction

Protocol = Literal["a", "b"]

TARGETS = ("test", "validation")
"""What predictions are scored against."""

FIGURES = {
    "kendall_tau": "Kendall's tau-b",
    "kendall_tau_top_tenth": "tau-b in the top 10 %",
    "spearman": "Spearman",
    "pairwise_accuracy": "pairwise accuracy",
    "recall_10": "top-10 recall",
    "recall_100": "top-100 recall",
    "regret": "regret of the predicted best",
}
"""Figures against one target, with the words of a table's head."""

LEVELS = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
"""Stated coverage of intervals, in percent."""

CEILING = "noise ceiling"


@dataclass(frozen=True)
class RankYardsticks:
    """Facts of the table that figures are held against.

    Args:
        table: name of the benchmark.
        protocol: ``"a"`` or ``"b"``.
        pool: rows that may be labeled.
        scored: rows that predictions are scored on, those with a search value.
        scored_by_test: how many of these have a test value.
        split: of the table that its search values are from; they are called validation values.
        unit, direction: of the values.
        run: ``"random"`` if a label is one training run, ``"mean"`` if it is their mean.
        run_std: median standard deviation of one training run; NaN if the table has one run.
        ceilings: tau-b by target. Test: of the mean validation values with the test values.
            Validation: of one run with the mean of the other runs, mean over the runs. NaN where
            the table has no such values.
        trivial: by name (``"parameter count"``, ``"MACs"``) the figures of a predictor that
            needs no label and takes what has more of it for better.
    """

    table: str
    protocol: Protocol
    pool: int
    scored: int
    scored_by_test: int
    split: str
    unit: str
    direction: Direction
    run: str
    run_std: float
    ceilings: dict[str, float]
    trivial: dict[str, dict[str, float]]

    @property
    def headline(self) -> str:
        """The target that is shown first: test values where every scored row has one."""
        return "test" if self.scored_by_test == self.scored else "validation"

    @property
    def targets(self) -> list[str]:
        """Targets that there are figures for, the headline first."""
        if self.scored_by_test < 2:
            return ["validation"]
        return sorted(TARGETS, key=lambda target: target != self.headline)

    @property
    def label_words(self) -> str:
        """What a predictor is fitted on: means of runs, one run drawn for each, or single values.

        A table that has one value an architecture does not say whether that is a mean.
        """
        if self.run == "random":
            return "one validation run each"
        return f"{self.mean}validation values"

    @property
    def mean(self) -> str:
        """The word before values of the table: that they are means, where it is known."""
        return "" if math.isnan(self.run_std) else "mean "

    @property
    def points(self) -> str:
        """Unit of a regret."""
        return "points" if self.unit == "percent" else self.unit

    def rows_of(self, target: str) -> int:
        """Number of rows that figures of a target are over."""
        return self.scored_by_test if target == "test" else self.scored
