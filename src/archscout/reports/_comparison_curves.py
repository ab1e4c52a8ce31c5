"""What the anytime plot of a comparison shows: a line a strategy, its interval, the yardsticks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archscout.reports._curves import Axis, Curve, Curves, Level, looks, mean_words, without_labels
from archscout.results._yardsticks import Yardsticks
from archscout.stats import bootstrap_bands
from archscout.stats._leads import ENOUGH_SEEDS, statistics_rng

if TYPE_CHECKING:
    from archscout.results.comparison import Comparison

_POINTS_A_BAND = 150  # more would not be seen


def anytime_curves(comparison: Comparison, measure: str | None = None) -> Curves:
    """Gather the mean regret of the incumbent against labels bought; None is the headline one.

    Beside the lines with their intervals stand the baselines without search, what noise leaves to a
    search that bought everything, and the noise of one training.
    """
    yardsticks = comparison.yardsticks
    measure = measure or yardsticks.headline
    by_name = {curve.strategy: curve for curve in comparison.curves}
    at = _points(comparison.budget)
    begin = max(1, min(5, comparison.budget // 10))  # the fall before may leave the picture
    curves: list[Curve] = []
    lowest, highest = [], []
    for name, look in looks(list(by_name), comparison.baseline):
        matrix = by_name[name].regrets[measure]
        mean = matrix.mean(axis=0)
        low, high = bootstrap_bands(matrix[:, at], statistics_rng())
        band = () if np.isnan(low).any() else (at + 1.0, low, high)
        said = f"{name} (baseline)" if look == 0 else name
        curves.append(Curve(said, look, np.arange(1.0, len(mean) + 1), mean, *band))
        lowest.append(float(mean[begin - 1 :].min()))
        highest.append(float(mean[begin - 1]))
    levels = _levels(yardsticks, measure)
    seeds = [len(curve.runs) for curve in comparison.curves]
    seen = [float(curve.y[-1]) for curve in curves] + [level.value for level in levels]
    words = "the table has no test values: regret of validation values"
    return Curves(
        title=f"{measure.capitalize()} of the best architecture so far",
        about=(
            comparison.benchmark,
            mean_words(min(seeds), max(seeds), ", band: 95 % bootstrap interval"),
        ),
        few=min(seeds) < ENOUGH_SEEDS,
        x=Axis("labels bought", 1, max(2, comparison.budget)),
        y=_regret_axis(
            f"{measure} ({yardsticks.points})",
            lowest + seen,
            max(highest + seen),
            yardsticks.run_std,
        ),
        curves=curves,
        levels=levels,
        noise=yardsticks.run_std,
        missing="" if yardsticks.has_test else words,
    )


def _points(budget: int) -> NDArray[np.int64]:
    """0-based columns at which a band is computed."""
    return np.unique(np.linspace(0, budget - 1, min(budget, _POINTS_A_BAND)).astype(np.int64))


def _levels(yardsticks: Yardsticks, measure: str) -> list[Level]:
    """Baselines without search, and what noise leaves."""
    trivial = (
        (
            "parameters" if trivial.name == "parameter count" else trivial.name,
            trivial.test_regret if measure == "test regret" else trivial.validation_regret,
        )
        for trivial in yardsticks.trivial
    )
    left = Level(
        f"all {yardsticks.rows:,} bought once", yardsticks.of("bought_out", measure), dotted=True
    )
    return [*without_labels(trivial, "most"), left]


def _regret_axis(title: str, values: list[float], top: float, run_std: float) -> Axis:
    """A logarithmic axis that wastes no room far below the noise; with a zero where needed."""
    positive = [value for value in values if value > 0]
    if not positive or top <= 0:
        return Axis(title, min([0.0, *values]) - 0.05, max([1.0, *values]))
    floor = min(positive) if math.isnan(run_std) else run_std / 20
    above = top * 1.25
    if min(values) >= floor:
        bottom, least, floor = min(values) / 1.4, min(values) / 1.4, 0.0
    else:
        floor = 10 ** math.floor(math.log10(floor))
        bottom, least = 0.0, floor
    decades = math.log10(above / least)
    steps = (1, 2, 5) if decades < 1.6 else (1, 3) if decades < 3.5 else (1,)
    exponents = range(math.floor(math.log10(least)), math.ceil(math.log10(above)) + 1)
    ticks = [step * 10.0**exponent for exponent in exponents for step in steps]
    shown = [0.0] * (bottom == 0) + [tick for tick in ticks if least <= tick <= above]
    return Axis(title, bottom, above, ticks=shown, log=True, floor=floor)
