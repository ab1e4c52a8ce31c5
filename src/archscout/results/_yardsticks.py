"""What a comparison is measured against: optimum, marks, noise, baselines without labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from archscout.objectives._objective import Direction
from archscout.stats import regret


@dataclass(frozen=True)
class TrivialBaseline:
    """A rule that needs no search: the architecture with most of something, for one label.

    ``tied`` of them share the largest count: the regrets are means over these, NaN if not known.
    """

    name: str
    architecture: str
    tied: int
    test_regret: float
    validation_regret: float


@dataclass(frozen=True)
class Yardsticks:
    """Facts of the table that results are held against. Regrets are in the unit of the table.

    Args:
        table: name of the benchmark.
        rows: architectures in it.
        unit, direction: of its values.
        run: ``"random"`` if a label is one training run, ``"mean"`` if it is their mean.
        has_test: whether every architecture has a test value; if not, validation regret
            stands in for test regret everywhere.
        optimum, test_optimum: best mean search value and best mean test value.
        top1, top10: mean search values of the best and the tenth best architecture.
        worst_validation_regret, worst_test_regret: of the worst architecture.
        run_std: median standard deviation of one training run; NaN if the table has one run.
        run_tau: tau-b between two runs of all architectures; NaN if the table has one run.
        bought_out_validation_regret, bought_out_test_regret: mean regrets of a search that
            buys every architecture once and keeps the best value: what label noise leaves.
        trivial: baselines without search.
    """

    table: str
    rows: int
    unit: str
    direction: Direction
    run: str
    has_test: bool
    optimum: float
    test_optimum: float
    top1: float
    top10: float
    worst_validation_regret: float
    worst_test_regret: float
    run_std: float
    run_tau: float
    bought_out_validation_regret: float
    bought_out_test_regret: float
    trivial: tuple[TrivialBaseline, ...]

    @property
    def headline(self) -> str:
        """The regret that is shown first: of test values where the table has them."""
        return "test regret" if self.has_test else "validation regret"

    @property
    def points(self) -> str:
        """Unit of a difference."""
        return "points" if self.unit == "percent" else self.unit

    def of(self, kind: str, measure: str) -> float:
        """A fact about one measure, such as ``of("bought_out", "test regret")``."""
        return float(getattr(self, f"{kind}_{measure.replace(' ', '_')}"))

    def regrets(self, values: Any, measure: str) -> Any:
        """Regret of values of one measure; NaN (nothing bought yet) counts as the worst."""
        best = self.test_optimum if measure == "test regret" else self.optimum
        gaps = regret(values, best, self.direction)
        return np.where(np.isnan(gaps), self.of("worst", measure), gaps)
