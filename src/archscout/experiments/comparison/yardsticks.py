"""What a comparison is measured against: optimum, marks, noise, baselines without labels."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import MissingMethodError
from archscout.objectives.objective import Direction
from archscout.spaces.base import Choices, SearchSpace
from archscout.stats import best_of_one_run_each, regret

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark

logger = logging.getLogger(__name__)

COUNTED = {"parameter count": "params_table", "MACs": "macs_table"}
"""Baselines that need no label, and the methods of a space that count them."""


@dataclass(frozen=True)
class TrivialBaseline:
    """A rule that needs no search: the architecture with most of something, for one label.

    Args:
        name: what is counted, such as ``"parameter count"``.
        architecture: standard text of the (first) largest one.
        tied: how many share the largest count; the regrets are means over them.
        test_regret, validation_regret: as of a strategy; NaN where not known.
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

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def measure_yardsticks(table: TableBenchmark, rng: np.random.Generator) -> Yardsticks:
    """Work out the facts of a table that a comparison needs.

    Args:
        table: the benchmark.
        rng: draws single runs for the search that buys everything.

    Returns:
        The facts.
    """
    measured = ~np.isnan(table.values)
    sign = 1.0 if table.direction == "maximize" else -1.0
    has_test = bool(np.isfinite(table.test_values[measured]).all())
    ordered = np.sort(sign * table.values[measured])[::-1]
    validation = regret(table.values, table.optimum, table.direction)
    missing = np.full(len(table.values), math.nan)
    test = regret(table.test_values, table.test_optimum, table.direction) if has_test else missing
    singles = table.runs if table.run == "random" else table.values[:, None]
    some = measured & ~np.isnan(singles).all(axis=1)
    signed = sign * singles[some]
    ceiling = table.noise()
    seed = int(rng.integers(2**31))
    bought_out = [
        float(best_of_one_run_each(signed, gaps[some], np.random.default_rng(seed)).mean())
        for gaps in (validation, test)
    ]
    return Yardsticks(
        table=table.name,
        rows=int(measured.sum()),
        unit=table.unit,
        direction=table.direction,
        run=table.run,
        has_test=has_test,
        optimum=table.optimum,
        test_optimum=table.test_optimum if has_test else math.nan,
        top1=float(sign * ordered[0]),
        top10=float(sign * ordered[min(9, len(ordered) - 1)]),
        worst_validation_regret=float(np.nanmax(validation)),
        worst_test_regret=float(np.nanmax(test)) if has_test else math.nan,
        run_std=float(ceiling["run_std"]),
        run_tau=float(ceiling["kendall_tau"]),
        bought_out_validation_regret=bought_out[0],
        bought_out_test_regret=bought_out[1],
        trivial=tuple(_trivial(table, measured, validation, test)),
    )


def _trivial(
    table: TableBenchmark,
    measured: NDArray[np.bool_],
    validation: NDArray[np.float64],
    test: NDArray[np.float64],
) -> list[TrivialBaseline]:
    rows = np.flatnonzero(measured)
    choices = table.choices[rows]
    baselines = []
    for name, counts in cost_counts(table.space, choices).items():
        largest = rows[counts == counts.max()]
        first = table.space.architectures(table.choices[largest[:1]])[0]
        baselines.append(
            TrivialBaseline(
                name=name,
                architecture=table.space.format(first),
                tied=len(largest),
                test_regret=float(test[largest].mean()),
                validation_regret=float(validation[largest].mean()),
            )
        )
    return baselines


def cost_counts(space: SearchSpace, choices: Choices) -> dict[str, NDArray[np.float64]]:
    """Parameters and MACs of all choices, ``(n,)`` each, by name.

    What the space does not count is left out, and so is what is the same for all: it would
    tie every architecture.

    Examples:
        >>> from archscout.testing.toy import ToySpace
        >>> counts = cost_counts(ToySpace(), ToySpace().all_choices()[:2])
        >>> {name: column.tolist() for name, column in counts.items()}
        {'parameter count': [1.0, 2.0], 'MACs': [10.0, 20.0]}
    """
    found = {}
    for name, method in COUNTED.items():
        try:
            counts = np.asarray(getattr(space, method)(choices), dtype=np.float64)
        except (MissingMethodError, NotImplementedError, TypeError) as error:
            logger.info("the baseline %s is left out: %s", name, error)
            continue
        if counts.shape != (len(choices),) or not np.isfinite(counts).all():
            logger.info("the baseline %s is left out: its counts are no finite numbers", name)
        elif len(counts) > 1 and counts.min() == counts.max():
            logger.info("the baseline %s is left out: all have %g", name, counts[0])
        else:
            found[name] = counts
    return found


def left_out(known: Iterable[str]) -> list[str]:
    """A warning for each baseline without labels that is not among the known ones.

    Examples:
        >>> left_out(["MACs"])
        ['the baseline parameter count is left out: the space does not count it, or all are equal']
    """
    there = set(known)
    return [
        f"the baseline {name} is left out: the space does not count it, or all are equal"
        for name in COUNTED
        if name not in there
    ]
