"""The anytime plot of a comparison: a line a strategy, its interval, and the yardsticks."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.comparison.seeds import ENOUGH_SEEDS, statistics_rng
from archscout.comparison.yardsticks import Yardsticks
from archscout.reports.lines import GREY, WARNING, line_looks, name_lines
from archscout.stats import bootstrap_bands

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from archscout.comparison.result import Comparison

_POINTS_A_BAND = 150  # more would not be seen


def anytime_figure(comparison: Comparison, measure: str | None = None) -> Figure:
    """Draw the mean regret of the incumbent against labels bought.

    Args:
        comparison: a finished comparison.
        measure: ``"test regret"`` or ``"validation regret"``; None takes the headline one.

    Returns:
        A matplotlib figure, 9 by 5 inches, that belongs to no window.

    Source: the band is `archscout.stats.bootstrap_bands` over seeds, pointwise.
    """
    from matplotlib.figure import Figure

    yardsticks = comparison.yardsticks
    measure = measure or yardsticks.headline
    figure = Figure(figsize=(9, 5), dpi=150)
    axes = figure.add_axes((0.085, 0.135, 0.665, 0.735))
    alpha = 0.15 if len(comparison.curves) <= 4 else 0.1  # many bands lie over one another
    ends: list[tuple[float, str, str]] = []
    lowest, highest, begin = [], [], _first_shown(comparison.budget)
    for curve, colour, style in _styled(comparison):
        matrix = curve.regrets[measure]
        mean = matrix.mean(axis=0)
        at = _points(comparison.budget)
        low, high = bootstrap_bands(matrix[:, at], statistics_rng())
        axes.plot(np.arange(1, len(mean) + 1), mean, color=colour, linestyle=style, linewidth=1.9)
        if not np.isnan(low).any():
            axes.fill_between(at + 1, low, high, color=colour, alpha=alpha, linewidth=0)
        lowest.append(mean[begin - 1 :].min())
        highest.append(mean[begin - 1])
        name = f"{curve.strategy} (baseline)" if curve.strategy == comparison.baseline else ""
        ends.append((float(mean[-1]), name or curve.strategy, colour))
    ends += _trivial_lines(axes, yardsticks, measure)
    left = yardsticks.of("bought_out", measure)
    axes.axhline(left, color=GREY, linewidth=1.0, linestyle=(0, (1, 1.5)))
    ends.append((left, f"all {yardsticks.rows:,} bought once", GREY))
    seen = [value for value, _, _ in ends]
    _scale(axes, lowest + seen, max(highest + seen), yardsticks.run_std)
    _noise_band(axes, yardsticks)
    axes.set_xlim(1, comparison.budget)
    axes.set_xlabel("labels bought")
    axes.set_ylabel(f"{measure} ({yardsticks.points})")
    axes.grid(which="major", color="#000000", alpha=0.08, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    name_lines(axes, ends)
    _title(figure, comparison, measure)
    return figure


def write_anytime_plot(comparison: Comparison, path: str | Path) -> Path:
    """Write the anytime plot as a PNG file of 1350 by 750 pixels.

    Args:
        comparison: a finished comparison.
        path: the file; its folder must exist.

    Returns:
        The file.
    """
    file = Path(path)
    facts = {"Title": "archscout compare", "Software": "archscout"}
    anytime_figure(comparison).savefig(file, format="png", metadata=facts)
    return file


def _styled(comparison: Comparison) -> list[tuple[Any, str, Any]]:
    """Curves with colour and line style; the baseline is black and comes first."""
    curves = {curve.strategy: curve for curve in comparison.curves}
    looks = line_looks(list(curves), comparison.baseline)
    return [(curves[name], colour, style) for name, colour, style in looks]


def _points(budget: int) -> NDArray[np.int64]:
    """0-based columns at which a band is computed."""
    return np.unique(np.linspace(0, budget - 1, min(budget, _POINTS_A_BAND)).astype(np.int64))


def _first_shown(budget: int) -> int:
    """The label from which on curves must be inside the picture; the fall before may leave it."""
    return max(1, min(5, budget // 10))


def _trivial_lines(
    axes: Axes, yardsticks: Yardsticks, measure: str
) -> list[tuple[float, str, str]]:
    """Thin lines of the baselines without search; those of equal height share a name."""
    heights: dict[float, list[str]] = {}
    for trivial in yardsticks.trivial:
        value = trivial.test_regret if measure == "test regret" else trivial.validation_regret
        heights.setdefault(round(value, 9), []).append(trivial.name)
    for value in heights:
        axes.axhline(value, color=GREY, linewidth=1.0, linestyle=(0, (5, 3)))
    return [
        (value, "most " + ", ".join(_plural(n) for n in names), GREY)
        for value, names in heights.items()
    ]


def _plural(name: str) -> str:
    return "parameters" if name == "parameter count" else name


def _scale(axes: Axes, values: list[float], top: float, run_std: float) -> None:
    """A logarithmic axis that wastes no room far below the noise; with a zero where needed.

    Args:
        axes: to be scaled.
        values: the least of what must be seen.
        top: the largest of what must be seen.
        run_std: standard deviation of one training run, NaN if not known.
    """
    from matplotlib.ticker import FuncFormatter, NullFormatter

    positive = [value for value in values if value > 0]
    if not positive or top <= 0:
        return
    floor = min(positive) if math.isnan(run_std) else run_std / 20
    if min(values) >= floor:
        bottom = min(values) / 1.4
        axes.set_yscale("log")
    else:
        floor, bottom = 10 ** math.floor(math.log10(floor)), 0.0
        axes.set_yscale("symlog", linthresh=floor, linscale=0.3)
    above = top * 1.25
    axes.set_ylim(bottom, above)
    least = max(bottom, floor)
    decades = math.log10(above / least)
    steps = (1, 2, 5) if decades < 1.6 else (1, 3) if decades < 3.5 else (1,)
    exponents = range(math.floor(math.log10(least)), math.ceil(math.log10(above)) + 1)
    ticks = [step * 10.0**exponent for exponent in exponents for step in steps]
    zero = [0.0] if bottom == 0 else []
    axes.set_yticks(zero + [tick for tick in ticks if least <= tick <= above])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="y", which="minor", length=0)


def _noise_band(axes: Axes, yardsticks: Yardsticks) -> None:
    """Shade regrets that one more training run could make or unmake."""
    bottom, top = axes.get_ylim()
    std = yardsticks.run_std
    if math.isnan(std) or std <= bottom:
        return
    axes.axhspan(bottom, min(std, top), color="#999999", alpha=0.16, linewidth=0, zorder=0)
    axes.text(
        0.012,
        0.018,
        f"noise: less than the standard deviation of one training run ({std:.2g})",
        transform=axes.transAxes,
        fontsize=8,
        color="#444444",
        va="bottom",
    )


def _title(figure: Figure, comparison: Comparison, measure: str) -> None:
    seeds = {len(curve.runs) for curve in comparison.curves}
    few = min(seeds) < ENOUGH_SEEDS
    count = f"{min(seeds)}" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
    word = "seed" if seeds == {1} else "seeds"
    band = "" if max(seeds) < 2 else ", band: 95 % bootstrap interval"
    title = f"{measure.capitalize()} of the best architecture so far"
    figure.text(0.085, 0.945, title, fontsize=12, fontweight="bold", va="bottom")
    mean = f"mean of {'only ' if few else ''}{count} {word}{band}"
    colour = WARNING if few else "#333333"
    figure.text(0.085, 0.895, f"{comparison.benchmark}; {mean}", fontsize=9.5, color=colour)
    if not comparison.yardsticks.has_test:
        words = "the table has no test values: regret of validation values"
        figure.text(0.985, 0.02, words, fontsize=8, color=WARNING, ha="right")
