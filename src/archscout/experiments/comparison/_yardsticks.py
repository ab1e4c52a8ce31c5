"""Measures what a comparison is held against."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archscout.experiments._yardsticks import cost_counts
from archscout.results._yardsticks import TrivialBaseline, Yardsticks
from archscout.stats import best_of_one_run_each, regret

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark


def measure_yardsticks(table: TableBenchmark, rng: np.random.Generator) -> Yardsticks:
    """Work out the facts of a table that a comparison needs.

    The generator draws single runs for the search that buys everything.
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
