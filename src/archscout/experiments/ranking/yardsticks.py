"""What a ranking is measured against: predictors without labels, and what noise leaves."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.benchmarks import TableBenchmark
from archscout.experiments.comparison.yardsticks import cost_counts
from archscout.experiments.ranking.figures import order_figures
from archscout.experiments.ranking.jobs import TARGETS
from archscout.experiments.ranking.protocols import Protocol, Split
from archscout.objectives.objective import Direction
from archscout.stats import kendall_tau

Floats = NDArray[np.float64]

CEILING = "noise ceiling"


@dataclass(frozen=True)
class RankYardsticks:
    """Facts of the table that figures are held against.

    Args:
        table: name of the benchmark.
        protocol: ``"a"`` or ``"b"``.
        pool: rows that may be labelled.
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

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def measure_rank_yardsticks(table: TableBenchmark, split: Split) -> RankYardsticks:
    """Work out the facts of the scored rows of a table.

    Args:
        table: the benchmark.
        split: its parts.

    Returns:
        The facts.
    """
    rows = split.scored
    sign = 1.0 if table.direction == "maximize" else -1.0
    values, tests = table.values[rows], table.test_values[rows]
    targets = dict(zip(TARGETS, (sign * tests, sign * values), strict=True))
    trivial = {
        name: {
            f"{target}_{figure}": number
            for target, true in targets.items()
            for figure, number in order_figures(counts, true).items()
        }
        for name, counts in cost_counts(table.space, table.choices[rows]).items()
    }
    return RankYardsticks(
        table=table.name,
        protocol=split.protocol,
        pool=len(split.pool),
        scored=len(rows),
        scored_by_test=int((~np.isnan(tests)).sum()),
        split=str(table.provenance.get("split", "valid")),
        unit=table.unit,
        direction=table.direction,
        run=table.run,
        run_std=float(table.noise()["run_std"]),
        ceilings={"test": _agreement(values, tests), "validation": _one_run(table.runs[rows])},
        trivial=trivial,
    )


def _agreement(first: Floats, second: Floats) -> float:
    """Tau-b over the rows that have both; NaN if these are fewer than two."""
    both = ~np.isnan(first) & ~np.isnan(second)
    return kendall_tau(first[both], second[both]) if both.sum() >= 2 else math.nan


def _one_run(runs: Floats) -> float:
    """Tau-b of one run with the mean of the others, mean over the runs."""
    taus = []
    for place in range(runs.shape[1]):
        others = np.delete(runs, place, axis=1)
        present = ~np.isnan(others)
        counts = present.sum(axis=1)
        means = np.where(present, others, 0.0).sum(axis=1) / np.where(counts, counts, np.nan)
        taus.append(_agreement(runs[:, place], means))
    known = [tau for tau in taus if not math.isnan(tau)]
    return float(np.mean(known)) if known else math.nan
