"""The anytime plot of a comparison: a line a strategy, its interval, and the yardsticks."""

from __future__ import annotations

import itertools
import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.comparison.sentences import ENOUGH_SEEDS
from archscout.comparison.tables import statistics_rng
from archscout.comparison.yardsticks import Yardsticks
from archscout.stats import bootstrap_bands

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from archscout.comparison.result import Comparison

# Okabe and Ito's palette, told apart by colour-blind readers; line styles repeat the message.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8F6B00", "#56B4E9", "#5A3E9B")
_STYLES: tuple[Any, ...] = ("-", (0, (6, 1.6)), (0, (3.2, 1.2)), (0, (6, 1.4, 1.2, 1.4)))
_BASELINE = "#000000"
_GREY = "#6b6b6b"
_WARNING = "#a02000"
_POINTS_A_BAND = 150  # more would not be seen
_LINE_HEIGHT = 0.052  # of a label beside the plot, as a share of the axis


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
    axes.axhline(left, color=_GREY, linewidth=1.0, linestyle=(0, (1, 1.5)))
    ends.append((left, f"all {yardsticks.rows:,} bought once", _GREY))
    seen = [value for value, _, _ in ends]
    _scale(axes, lowest + seen, max(highest + seen), yardsticks.run_std)
    _noise_band(axes, yardsticks)
    axes.set_xlim(1, comparison.budget)
    axes.set_xlabel("labels bought")
    axes.set_ylabel(f"{measure} ({yardsticks.points})")
    axes.grid(which="major", color="#000000", alpha=0.08, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    _name_lines(axes, ends)
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
    looks = itertools.product(_STYLES, _COLOURS)
    ordered = sorted(comparison.curves, key=lambda c: c.strategy != comparison.baseline)
    styled = []
    for curve in ordered:
        if curve.strategy == comparison.baseline:
            styled.append((curve, _BASELINE, "-"))
        else:
            style, colour = next(looks)
            styled.append((curve, colour, style))
    return styled


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
        axes.axhline(value, color=_GREY, linewidth=1.0, linestyle=(0, (5, 3)))
    return [
        (value, "most " + ", ".join(_plural(n) for n in names), _GREY)
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


def _name_lines(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Write names beside the plot at the ends of their lines, moved apart where they touch."""
    to_share = axes.transData + axes.transAxes.inverted()
    right = axes.get_xlim()[1]
    wanted = []
    for value, name, colour in ends:
        share = float(to_share.transform((right, value))[1])
        lines = textwrap.wrap(name, 26)
        wanted.append((min(max(share, 0.0), 1.0), lines, colour))
    wanted.sort(key=lambda end: end[0])
    heights = [_LINE_HEIGHT * len(lines) for _, lines, _ in wanted]
    places = _spread([share for share, _, _ in wanted], heights)
    for (share, lines, colour), place in zip(wanted, places, strict=True):
        axes.annotate(
            "\n".join(lines),
            xy=(1.0, share),
            xytext=(1.045, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=colour,
            fontsize=9,
            va="center",
            linespacing=1.0,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.8,
                "relpos": (0.0, 0.5),
                "shrinkA": 1,
                "shrinkB": 0,
            },
        )


def _spread(wanted: list[float], heights: list[float]) -> list[float]:
    """Move sorted places apart so that boxes of these heights do not touch, with little moving.

    Boxes that touch form a group around the mean of what they wanted; groups that touch merge.
    """
    groups: list[tuple[list[float], list[float]]] = []

    def centre(group: tuple[list[float], list[float]]) -> float:
        places, sizes = group
        before = np.cumsum([0.0, *sizes[:-1]]) + np.array(sizes) / 2
        middle = float(np.mean(np.array(places) - before)) + sum(sizes) / 2
        half = sum(sizes) / 2
        return min(max(middle, half - 0.03), max(1.04 - half, half - 0.03))

    for place, height in zip(wanted, heights, strict=True):
        group: tuple[list[float], list[float]] = ([place], [height])
        while (
            groups
            and centre(groups[-1]) + sum(groups[-1][1]) / 2 > centre(group) - sum(group[1]) / 2
        ):
            before = groups.pop()
            group = ([*before[0], *group[0]], [*before[1], *group[1]])
        groups.append(group)
    spread: list[float] = []
    for group in groups:
        start = centre(group) - sum(group[1]) / 2
        for height in group[1]:
            spread.append(start + height / 2)
            start += height
    return spread


def _title(figure: Figure, comparison: Comparison, measure: str) -> None:
    seeds = {len(curve.runs) for curve in comparison.curves}
    few = min(seeds) < ENOUGH_SEEDS
    count = f"{min(seeds)}" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
    word = "seed" if seeds == {1} else "seeds"
    band = "" if max(seeds) < 2 else ", band: 95 % bootstrap interval"
    title = f"{measure.capitalize()} of the best architecture so far"
    figure.text(0.085, 0.945, title, fontsize=12, fontweight="bold", va="bottom")
    mean = f"mean of {'only ' if few else ''}{count} {word}{band}"
    colour = _WARNING if few else "#333333"
    figure.text(0.085, 0.895, f"{comparison.benchmark}; {mean}", fontsize=9.5, color=colour)
    if not comparison.yardsticks.has_test:
        words = "the table has no test values: regret of validation values"
        figure.text(0.985, 0.02, words, fontsize=8, color=_WARNING, ha="right")
