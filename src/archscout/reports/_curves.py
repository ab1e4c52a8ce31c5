"""What a plot of many lines says, before it is drawn on a page or, as a file, for a paper.

Both drawings take all they show from here, so that neither leaves out an interval, a baseline
or the noise that the other has.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.reports._charts import COLOURS, DASHED, DASHES, DOTTED, GREY, INK, Chart
from archscout.stats._leads import ENOUGH_SEEDS

_LINEAR_PART = 1 / 3  # of a decade: from zero to the floor of a logarithmic axis


@dataclass(frozen=True)
class Axis:
    """An axis with its words.

    Args:
        title: words beside it.
        low, high: its ends, in values.
        ticks: values with a mark; None leaves them to what draws it.
        log: whether it is logarithmic.
        floor: if above 0, a logarithmic axis goes straight from there to zero.
    """

    title: str
    low: float
    high: float
    ticks: Sequence[float] | None = None
    log: bool = False
    floor: float = 0.0

    def at(self, values: ArrayLike) -> NDArray[np.float64]:
        """Places of values on the axis.

        Examples:
            >>> axis = Axis("regret", 0.0, 10.0, log=True, floor=0.1)
            >>> axis.at([0.0, 0.1, 1.0]).round(2).tolist()
            [0.0, 0.33, 1.33]
        """
        array = np.asarray(values, dtype=np.float64)
        if not self.log:
            return array
        if self.floor <= 0:
            return np.log10(np.maximum(array, self.low))
        above = _LINEAR_PART + np.log10(np.maximum(array, self.floor) / self.floor)
        return np.where(array < self.floor, _LINEAR_PART * array / self.floor, above)

    @property
    def ends(self) -> tuple[float, float]:
        """Places of both its ends."""
        return float(self.at(self.low)), float(self.at(self.high))

    @property
    def marks(self) -> list[tuple[float, str]] | None:
        """Place and text of each mark."""
        if self.ticks is None:
            return None
        return [(float(self.at(tick)), f"{tick:,.6g}") for tick in self.ticks]


@dataclass(frozen=True)
class Curve:
    """A line with its interval.

    Args:
        name: of the line.
        look: 0 for the baseline, which is the darkest; from 1 on a colour and a style each;
            -1 for a thin grey line that only guides the eye.
        x, y: ``(n,)``.
        band_x, low, high: ``(m,)``, the interval where it was computed; empty where it was not.
    """

    name: str
    look: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    band_x: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    low: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    high: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class Level:
    """A height to compare with: a baseline that needs no search, or, dotted, a limit of noise."""

    name: str
    value: float
    dotted: bool = False


@dataclass(frozen=True)
class Curves:
    """A plot of lines with all that must stand beside them.

    Args:
        title: what is shown.
        about: what was measured, in how many seeds, and what the band is; a line each.
        few: whether there are too few seeds to conclude from.
        x, y: the axes.
        curves: the lines.
        levels: heights to compare with.
        noise: standard deviation of one training, shaded from below; NaN if it is not known.
        dotted: whether every point of a line gets a dot and its interval a stroke.
        missing: what the plot lacks, in words.
    """

    title: str
    about: tuple[str, ...]
    few: bool
    x: Axis
    y: Axis
    curves: list[Curve]
    levels: list[Level] = field(default_factory=list)
    noise: float = math.nan
    dotted: bool = False
    missing: str = ""

    @property
    def noise_words(self) -> str:
        """What the shaded noise is; empty where there is none to see."""
        if math.isnan(self.noise) or self.noise <= self.y.low:
            return ""
        return f"noise: less than the standard deviation of one training run ({self.noise:.2g})"


def looks(names: Sequence[str], baseline: str) -> list[tuple[str, int]]:
    """Number the lines: the baseline comes first and has look 0."""
    ordered = sorted(names, key=lambda name: name != baseline)
    return [(name, look) for look, name in enumerate(ordered, start=baseline not in names)]


def without_labels(values: Iterable[tuple[str, float]], words: str) -> list[Level]:
    """Baselines that need no labels, those of equal height with one name; NaN is left out."""
    heights: dict[float, list[str]] = {}
    for name, value in values:
        if not math.isnan(value):
            heights.setdefault(round(value, 9), []).append(name)
    return [Level(f"{words} {', '.join(names)}", value) for value, names in heights.items()]


def mean_words(least: int, most: int, band: str) -> str:
    """Over how many seeds the lines are means, and what their band is."""
    number = f"{least}" if least == most else f"{least} to {most}"
    only = "only " if least < ENOUGH_SEEDS else ""
    seeds = "seed" if most == 1 else "seeds"
    return f"mean of {only}{number} {seeds}{band if most > 1 else ''}"


def chart_of(curves: Curves, height: int = 380) -> Chart:
    """Draw lines for a page; heights to compare with say their value in the legend."""
    x, y = curves.x, curves.y
    ends, sides = y.ends, np.array(x.ends)
    chart = Chart(
        x.title, y.title, curves.title, (*curves.about, *filter(None, [curves.missing])),
        x_range=x.ends, y_range=ends, x_ticks=x.marks, y_ticks=y.marks, height=height,
    )  # fmt: skip
    many = len(curves.curves) > 4  # many bands lie over one another
    for curve in curves.curves:
        if len(curve.band_x) > 1:
            shade = f"{_colour(curve.look)}/{0.1 if many else 0.16}"
            chart.band(x.at(curve.band_x), y.at(curve.low), y.at(curve.high), curve.name, shade)
    for curve in curves.curves:
        colour, across = _colour(curve.look), x.at(curve.x)
        dash = DOTTED if curve.look < 0 else DASHES[max(0, curve.look - 1) // len(COLOURS) % 4]
        hover = _hover(curves, curve) if curve.look >= 0 else ()
        chart.line(across, y.at(curve.y), curve.name, colour, dash=dash, hover=hover)
        if curves.dotted and len(curve.band_x):
            strokes = np.stack([curve.low, curve.high, np.full_like(curve.low, np.nan)], axis=1)
            chart.line(
                np.repeat(x.at(curve.band_x), 3), y.at(strokes.ravel()), curve.name, colour, width=1
            )
        if curves.dotted:
            chart.dots(across, y.at(curve.y), curve.name, colour, size=6, opacity=1, hover=hover)
    for level in curves.levels:
        here = np.full(2, y.at(level.value))
        name = f"{level.name}: {level.value:.3g}"
        chart.line(sides, here, name, GREY, dash=DOTTED if level.dotted else DASHED, width=1.5)
    if words := curves.noise_words:
        top = min(float(y.at(curves.noise)), ends[1])
        chart.band(sides, [ends[0]] * 2, [top] * 2, words, f"{GREY}/0.2")
        chart.explain(words, GREY)
    return chart


def _colour(look: int) -> str:
    return (INK if look == 0 else GREY) if look < 1 else COLOURS[(look - 1) % len(COLOURS)]


def _hover(curves: Curves, curve: Curve) -> list[str]:
    band = zip(curve.band_x, curve.low, curve.high, strict=True)
    said = {place: f" [{low:.3g}, {high:.3g}]" for place, low, high in band}
    where = curves.x.title.partition(" (")[0]
    return [
        f"{curve.name}\n{y:.3g}{said.get(x, '')}\n{where}: {x:,.6g}"
        for x, y in zip(curve.x, curve.y, strict=True)
    ]
