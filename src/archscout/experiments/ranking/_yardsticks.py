"""Measures what a ranking is held against."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from archscout.benchmarks import TableBenchmark
from archscout.experiments._yardsticks import cost_counts
from archscout.experiments.ranking._figures import order_figures
from archscout.experiments.ranking._protocols import Split
from archscout.results._rank_yardsticks import TARGETS, RankYardsticks
from archscout.stats import kendall_tau

Floats = NDArray[np.float64]


def measure_rank_yardsticks(table: TableBenchmark, split: Split) -> RankYardsticks:
    """Work out the facts of the scored rows of a table."""
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
