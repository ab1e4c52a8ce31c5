"""A drawing of any directed acyclic graph with an operation on each vertex.

Vertices stand below each other in their order; an edge to the next one is straight, a longer
one swings out to the side where it crosses fewer others, so that no line runs under a box.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.encodings.arrays import GraphEncoding
from archscout.spaces._blocks import svg

Edge = tuple[int, int]

_WIDTH, _HEIGHT, _ROW = 188.0, 32.0, 58.0
_SWING = 26.0


def graph_svg(graph: GraphEncoding, text: str) -> str:
    """Draw the first graph of a batch, whose vertices feed later ones, from top to bottom.

    Vertices that lie on no path from the first to the last are grey, and those without any edge
    are left out where others have one.
    """
    adjacency = np.asarray(graph.adjacency[0]) > 0
    joined = adjacency.any(axis=0) | adjacency.any(axis=1)
    kept = np.flatnonzero(joined if joined.any() else ~joined)
    adjacency = adjacency[np.ix_(kept, kept)]
    names = [graph.vocabulary[graph.operations[0][vertex]] for vertex in kept]
    live = live_vertices(adjacency)
    edges: list[Edge] = [(int(a), int(b)) for a, b in np.argwhere(adjacency)]
    sides = _sides([edge for edge in edges if edge[1] - edge[0] > 1])
    reach = {
        side: max((_swing(edge) for edge in sides if sides[edge] == side), default=4.0)
        for side in (-1, 1)
    }
    middle = reach[-1] + _WIDTH / 2
    parts = []
    for edge in edges:
        kind = svg.INK if live[edge[0]] and live[edge[1]] else svg.FAINT
        parts.append(_draw_edge(edge, sides.get(edge, 0), middle, kind))
    for row, name in enumerate(names):
        kind = svg.INK if live[row] else svg.FAINT
        parts.append(
            f'<rect x="{middle - _WIDTH / 2:.1f}" y="{_y(row) - _HEIGHT / 2:.1f}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" rx="7" '
            f'style="fill:var(--paper,#fff);stroke:{svg.colour(kind)}"/>'
            + svg.text(middle, _y(row) + 6, _short(name), kind, halo=False)
        )
    height = _y(len(names) - 1) + _HEIGHT / 2 + 4
    return svg.document(reach[-1] + _WIDTH + reach[1], height, f"Graph of {text}", parts)


def _draw_edge(edge: Edge, side: int, middle: float, kind: tuple[str, str]) -> str:
    top, bottom = _y(edge[0]), _y(edge[1])
    if side == 0:
        start = np.array([middle, top + _HEIGHT / 2])
        end = np.array([middle, bottom - _HEIGHT / 2])
        control = (start + end) / 2
    else:
        # Leaving low and arriving high keeps the two kinds of ends of one box apart.
        start = np.array([middle + side * _WIDTH / 2, top + 7])
        end = np.array([middle + side * _WIDTH / 2, bottom - 7])
        # A quadratic curve reaches half-way to its control point.
        control = (start + end) / 2 + np.array([side * 2 * (_swing(edge) - 6), 0.0])
    path = svg.curve(start, control, end, start_gap=0, end_gap=8)
    line = f'<path d="{path}" fill="none" stroke-width="1.6" style="stroke:{svg.colour(kind)}"/>'
    return line + svg.arrow_head(control, end, 0, kind)


def _sides(edges: list[Edge]) -> dict[Edge, int]:
    """Choose left (-1) or right (1) for each long edge, shortest first, with few crossings."""
    sides: dict[Edge, int] = {}
    for edge in sorted(edges, key=lambda edge: (edge[1] - edge[0], edge)):
        burden = {
            side: (
                sum(_cross(edge, other) for other, where in sides.items() if where == side),
                sum(where == side for where in sides.values()),
            )
            for side in (1, -1)
        }
        sides[edge] = min(burden, key=lambda side: burden[side])
    return sides


def _cross(first: Edge, second: Edge) -> bool:
    (a, b), (c, d) = sorted((first, second))
    return a < c < b < d


def _swing(edge: Edge) -> float:
    return float(_SWING * (edge[1] - edge[0]) ** 0.8)


def _y(row: int) -> float:
    return _HEIGHT / 2 + 2 + row * _ROW


def live_vertices(adjacency: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which vertices, feeding later ones only, lie on a path from the first to the last."""
    reach = np.eye(len(adjacency), dtype=np.bool_)
    for vertex in range(len(adjacency)):
        for before in np.flatnonzero(adjacency[:, vertex]):
            reach[:, vertex] |= reach[:, before]
    live: NDArray[np.bool_] = reach[0] & reach[:, -1]
    return live


def _short(name: str) -> str:
    name = name.replace("_", " ")
    return name if len(name) <= 20 else name[:19] + "…"
