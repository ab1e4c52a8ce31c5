"""Lines of a plot with many of them: colours, styles, and names at their ends."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's palette, told apart by colour-blind readers; line styles repeat the message.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8F6B00", "#56B4E9", "#5A3E9B")
STYLES: tuple[Any, ...] = ("-", (0, (6, 1.6)), (0, (3.2, 1.2)), (0, (6, 1.4, 1.2, 1.4)))
BASELINE = "#000000"
GREY = "#6b6b6b"
WARNING = "#a02000"
LINE_HEIGHT = 0.052  # of a name beside the plot, as a share of the axis


def line_looks(names: Sequence[str], baseline: str) -> list[tuple[str, str, Any]]:
    """Colour and line style of each line; the baseline is black and comes first.

    Examples:
        >>> [(name, colour) for name, colour, _ in line_looks(["a", "b"], "b")]
        [('b', '#000000'), ('a', '#0072B2')]
    """
    others = [name for name in names if name != baseline]
    looks = zip(others, itertools.cycle(itertools.product(STYLES, COLOURS)), strict=False)
    first: list[tuple[str, str, Any]] = [
        (name, BASELINE, "-") for name in names if name == baseline
    ]
    return first + [(name, colour, style) for name, (style, colour) in looks]


def name_lines(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
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
