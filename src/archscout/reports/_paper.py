"""Plots for papers: lines with intervals and their names beside them, as PNG files."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_file
from archscout.reports._comparison_curves import anytime_curves
from archscout.reports._curves import Curves
from archscout.reports._ranking_curves import calibration_curves, tau_curves
from archscout.results._ranking import Ranking
from archscout.results.comparison import Comparison

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart by colour-blind readers; line styles repeat the message.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8F6B00", "#56B4E9", "#5A3E9B")
STYLES: tuple[Any, ...] = ("-", (0, (6, 1.6)), (0, (3.2, 1.2)), (0, (6, 1.4, 1.2, 1.4)))
DOTTED, DASHED = (0, (1, 1.5)), (0, (5, 3))
BASELINE, GREY, INK, WARNING = "#000000", "#6b6b6b", "#333333", "#a02000"
LINE_HEIGHT = 0.052  # of a name beside the plot, as a share of the axis


def write_plots(result: Comparison | Ranking, folder: Path) -> None:
    """Write ``anytime.png``, or ``tau.png`` and ``calibration.png``, into a folder."""
    plots: dict[str, Curves | list[Curves]]
    if isinstance(result, Comparison):
        plots = {"anytime.png": anytime_curves(result)}
    else:
        plots = {"tau.png": tau_curves(result), "calibration.png": calibration_curves(result)}
    try:
        for name, curves in plots.items():
            write_file(folder / name, functools.partial(write_png, curves))
    except OSError as error:
        raise cannot_write(folder, error) from None


def write_png(curves: Curves | Sequence[Curves], path: str | Path) -> Path:
    """Write a plot, or several that share a legend, as a PNG file, 1350 pixels wide."""
    file = Path(path)
    drawn = figure_of(curves) if isinstance(curves, Curves) else panels_of(curves)
    drawn.savefig(file, format="png", metadata={"Title": "archscout", "Software": "archscout"})
    return file


def figure_of(curves: Curves) -> Figure:
    """Draw one plot, 9 by 5 inches, with the names of its lines at their ends."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), dpi=150)
    axes = figure.add_axes((0.085, 0.115, 0.665, 0.70))
    handles = _draw(axes, curves)
    axes.set_ylabel(curves.y.title)
    ends = [
        (float(curves.y.at(curve.y[-1])), curve.name, handles[curve.name].get_color())
        for curve in curves.curves
    ]
    ends += [(float(curves.y.at(level.value)), level.name, GREY) for level in curves.levels]
    _name_lines(axes, ends)
    _title(figure, curves.title, curves)
    return figure


def panels_of(panels: Sequence[Curves]) -> Figure:
    """Draw plots side by side, with one legend under them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.9 if len(panels) > 2 else 4.9), dpi=150)
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    height = figure.get_figheight()
    bottom, top = 0.95 / height, 1 - 1.15 / height
    figure.subplots_adjust(left=0.085, right=0.985, bottom=bottom, top=top, wspace=0.1)
    handles: dict[str, Any] = {}
    for axes, curves in zip(grid, panels, strict=True):
        handles |= _draw(axes, curves)
        axes.set_title(curves.title, fontsize=10)
    grid[0].set_ylabel(panels[0].y.title)
    figure.legend(
        list(handles.values()), list(handles), loc="lower center", ncols=min(6, len(handles)),
        fontsize=9, frameon=False,
    )  # fmt: skip
    _title(figure, panels[0].about[0], panels[0])
    return figure


def _draw(axes: Axes, curves: Curves) -> dict[str, Any]:
    """Draw all but words around the axes; the handles of the lines, by name."""
    x, y = curves.x, curves.y
    alpha = 0.15 if len(curves.curves) <= 4 else 0.1  # many bands lie over one another
    handles: dict[str, Any] = {}
    for curve in curves.curves:
        colour, style = _look(curve.look)
        marker: dict[str, Any] = {"marker": "o", "markersize": 3.5} if curves.dotted else {}
        width = 1.9 if curve.look >= 0 else 1.0
        (handles[curve.name],) = axes.plot(
            x.at(curve.x), y.at(curve.y), color=colour, linestyle=style, linewidth=width, **marker
        )
        across, low, high = x.at(curve.band_x), y.at(curve.low), y.at(curve.high)
        if len(across) > 1:
            axes.fill_between(across, low, high, color=colour, alpha=alpha, linewidth=0)
        if curves.dotted:
            axes.vlines(across, low, high, color=colour, linewidth=1.2, alpha=0.8)
    for level in curves.levels:
        style = DOTTED if level.dotted else DASHED
        axes.axhline(float(y.at(level.value)), color=GREY, linewidth=1.0, linestyle=style)
    axes.set_xlim(*x.ends)
    axes.set_ylim(*y.ends)
    for axis, marks in ((axes.xaxis, x.marks), (axes.yaxis, y.marks)):
        if marks is not None:
            axis.set_ticks([place for place, _ in marks], [text for _, text in marks])
    if words := curves.noise_words:
        top = min(float(y.at(curves.noise)), y.ends[1])
        axes.axhspan(y.ends[0], top, color="#999999", alpha=0.16, linewidth=0, zorder=0)
        axes.text(
            0.012, 0.018, words, transform=axes.transAxes, fontsize=8, color="#444444", va="bottom"
        )
    axes.set_xlabel(x.title)
    axes.grid(which="major", color="#000000", alpha=0.08, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    return handles


def _look(look: int) -> tuple[str, Any]:
    if look < 1:
        return (BASELINE, "-") if look == 0 else (GREY, DOTTED)
    style, colour = divmod(look - 1, len(COLOURS))
    return COLOURS[colour], STYLES[style % len(STYLES)]


def _title(figure: Figure, title: str, curves: Curves) -> None:
    """Title, what was measured, and over how many seeds; in inches from the upper edge."""
    height = figure.get_figheight()
    places = [1 - inches / height for inches in (0.36, 0.58, 0.78)]
    figure.text(0.085, places[0], title, fontsize=12, fontweight="bold", va="bottom")
    measured, seeds = curves.about[-2:]
    figure.text(0.085, places[1], measured, fontsize=9, color=INK, va="bottom")
    colour = WARNING if curves.few else INK
    figure.text(0.085, places[2], seeds, fontsize=9, color=colour, va="bottom")
    if curves.missing:
        figure.text(0.985, 0.02, curves.missing, fontsize=8, color=WARNING, ha="right")


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
    heights = [LINE_HEIGHT * len(lines) for _, lines, _ in wanted]
    places = spread([share for share, _, _ in wanted], heights)
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


def spread(wanted: list[float], heights: list[float]) -> list[float]:
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
    found: list[float] = []
    for group in groups:
        start = centre(group) - sum(group[1]) / 2
        for height in group[1]:
            found.append(start + height / 2)
            start += height
    return found
