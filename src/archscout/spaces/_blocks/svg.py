"""Pieces of SVG that the drawings share; every text is escaped here.

Colours are CSS variables with a fallback, so that a drawing follows its page into dark mode and
still looks right on its own.
"""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]

INK = ("--ink", "#1f2328")
FAINT = ("--faint", "#8a9099")
_PAPER = "var(--paper,#fff)"
_HEAD = 11.0


def colour(kind: tuple[str, str]) -> str:
    """CSS colour of a (variable, fallback) pair."""
    return f"var({kind[0]},{kind[1]})"


def curve(start: Point, control: Point, end: Point, *, start_gap: float, end_gap: float) -> str:
    """Path data of a quadratic curve that keeps a distance from both its ends."""
    first = start + start_gap * _unit(control - start)
    last = end - end_gap * _unit(end - control)
    numbers = (*first, *control, *last)
    return "M{:.1f} {:.1f} Q{:.1f} {:.1f} {:.1f} {:.1f}".format(*numbers)


def arrow_head(control: Point, end: Point, gap: float, kind: tuple[str, str]) -> str:
    """Triangle that points from ``control`` to ``end`` and stops ``gap`` before it."""
    along = _unit(end - control)
    across = np.array([-along[1], along[0]])
    tip = end - gap * along
    back = tip - _HEAD * along
    corners = (tip, back + _HEAD / 2 * across, back - _HEAD / 2 * across)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" style="fill:{colour(kind)}"/>'


def text(x: float, y: float, words: str, kind: tuple[str, str] = INK, *, halo: bool = True) -> str:
    """Centred text; with a halo it stays readable over lines."""
    around = 'paint-order="stroke" stroke-width="5" stroke-linejoin="round" ' if halo else ""
    stroke = f";stroke:{_PAPER}" if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="17" {around}'
        f'style="fill:{colour(kind)}{stroke}">{escape(words)}</text>'
    )


def document(width: float, height: float, label: str, parts: list[str]) -> str:
    """Whole ``<svg>`` with a text for those who do not see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img" aria-label="{escape(label)}" class="cell" '
        f'font-family="system-ui, sans-serif">{"".join(parts)}</svg>'
    )


def _unit(vector: Point) -> Point:
    length = float(np.hypot(*vector))
    return vector / length if length else vector
