"""The noise ceiling: what training the same architectures once more would score."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from archscout.errors import SettingsError
from archscout.stats._checks import Floats, matrix, vector
from archscout.stats.ranks import kendall_tau


@dataclass(frozen=True, slots=True)
class NoiseCeiling:
    """How much single training runs of the same architectures disagree.

    Args:
        kendall_tau: tau-b between two different single runs, mean over the pairs of runs: no
            predictor can be expected to agree better with a single run. NaN with one run.
        run_std: median over architectures of the standard deviation of one run, in the unit
            of the values. NaN with one run.
        runs: number of runs of an architecture, at most.
    """

    kendall_tau: float
    run_std: float
    runs: int

    def to_dict(self) -> dict[str, float | int]:
        """Plain values."""
        return asdict(self)


def noise_ceiling(runs: ArrayLike) -> NoiseCeiling:
    """Measure the disagreement of single runs.

    Args:
        runs: ``(n, r)``, one row an architecture, one column a run, NaN where missing.

    Returns:
        The ceiling; NaN where no two runs can be compared.

    Examples:
        >>> ceiling = noise_ceiling([[1.0, 1.2], [2.0, 1.8], [3.0, 3.2]])
        >>> ceiling.kendall_tau, round(ceiling.run_std, 3), ceiling.runs
        (1.0, 0.141, 2)
    """
    table = matrix(runs, "runs")
    taus = []
    for first, second in combinations(range(table.shape[1]), 2):
        both = ~np.isnan(table[:, first]) & ~np.isnan(table[:, second])
        if both.sum() >= 2:
            taus.append(kendall_tau(table[both, first], table[both, second]))
    present = (~np.isnan(table)).sum(axis=1)
    several = present >= 2
    spread = math.nan
    if several.any():
        spread = float(np.median(np.nanstd(table[several], axis=1, ddof=1)))
    tau = float(np.mean(taus)) if taus else math.nan
    return NoiseCeiling(tau, spread, int(present.max()))


def best_of_one_run_each(
    runs: ArrayLike, outcome: ArrayLike, rng: np.random.Generator, samples: int = 200
) -> Floats:
    """What a search gets that buys one random run of everything and keeps the best one.

    This is what the noise of single runs leaves when nothing else is missing: the winner owes
    part of its place to a lucky run. A search that looks only at good architectures meets fewer
    lucky runs and can do a little better.

    Args:
        runs: ``(n, r)`` single runs, higher is better, NaN where missing, one a row at least.
        outcome: ``(n,)`` what is reported of the chosen row, such as its mean test value.
        rng: decides which run of a row is drawn.
        samples: number of repetitions, at least 1.

    Returns:
        ``(samples,)`` outcomes of the chosen rows.

    Raises:
        SettingsError: if a row has no run or the lengths differ.

    Examples:
        >>> runs = [[1.0, 5.0], [2.0, 2.0]]
        >>> got = best_of_one_run_each(runs, [10.0, 20.0], np.random.default_rng(0))
        >>> sorted(set(got.tolist()))
        [10.0, 20.0]
    """
    table = matrix(runs, "runs")
    final = vector(outcome, "outcomes", finite=False)
    present = ~np.isnan(table)
    counts = present.sum(axis=1)
    if len(final) != len(table) or (counts == 0).any():
        raise SettingsError(
            f"got {len(table)} rows of runs ({int((counts == 0).sum())} without any) and "
            f"{len(final)} outcomes, expected one outcome a row and a run in each"
        )
    packed = np.take_along_axis(table, np.argsort(~present, axis=1, kind="stable"), axis=1)
    rows = np.arange(len(table))
    chosen = [packed[rows, rng.integers(0, counts)].argmax() for _ in range(samples)]
    return final[np.array(chosen, dtype=np.int64)]
