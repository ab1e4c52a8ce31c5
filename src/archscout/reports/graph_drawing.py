"""A drawing of any directed acyclic graph with an operation on each vertex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.encodings import GraphEncoding
from archscout.reports import svg

_STEP, _ROW = 150.0, 58.0
_WIDTH, _HEIGHT = 112.0, 32.0


def graph_svg(graph: GraphEncoding, text: str) -> str:
    """Draw the first graph of a batch, layer after layer from left to right.

    Args:
        graph: at least one graph; vertices feed later vertices only.
        text: standard text of the architecture, for those who do not see the drawing.

    Returns:
        An ``<svg>``; vertices that lie on no path from the first to the last are grey.

    Example:
        >>> chain = np.array([[[0, 1, 0], [0, 0, 1], [0, 0, 0]]], dtype=np.int8)
        >>> graph = GraphEncoding(chain, np.array([[0, 1, 2]]), ("input", "conv", "output"))
        >>> graph_svg(graph, "a chain").count("<rect")
        3
    """
    adjacency = np.asarray(graph.adjacency[0]) > 0
    names = [graph.vocabulary[index].replace("_", " ") for index in graph.operations[0]]
    places, width, height = _layout(adjacency)
    live = _live(adjacency)
    parts = []
    for source, target in np.argwhere(adjacency).tolist():
        kind = svg.INK if live[source] and live[target] else svg.FAINT
        start = places[source] + np.array([_WIDTH / 2, 0.0])
        end = places[target] - np.array([_WIDTH / 2, 0.0])
        lift = -0.22 * max(0.0, end[0] - start[0] - (_STEP - _WIDTH))
        control = (start + end) / 2 + np.array([0.0, lift])
        path = svg.curve(start, control, end, start_gap=0, end_gap=8)
        parts.append(
            f'<path d="{path}" fill="none" stroke-width="1.6" style="stroke:{svg.colour(kind)}"/>'
            + svg.arrow_head(control, end, 0, kind)
        )
    for place, name, lives in zip(places, names, live, strict=True):
        kind = svg.INK if lives else svg.FAINT
        x, y = place[0] - _WIDTH / 2, place[1] - _HEIGHT / 2
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{_WIDTH}" height="{_HEIGHT}" rx="7" '
            f'style="fill:var(--paper,#fff);stroke:{svg.colour(kind)}"/>'
            + svg.text(place[0], place[1] + 5, _short(name), kind, halo=False)
        )
    return svg.document(width, height, f"Graph of {text}", parts)


def _layout(adjacency: NDArray[np.bool_]) -> tuple[list[svg.Point], float, float]:
    """Put each vertex in the column of its longest way from a source; rows are centred."""
    depth = np.zeros(len(adjacency), dtype=np.int64)
    for vertex in range(len(adjacency)):
        before = np.flatnonzero(adjacency[:, vertex])
        depth[vertex] = depth[before].max() + 1 if len(before) else 0
    columns = [np.flatnonzero(depth == column).tolist() for column in range(int(depth.max()) + 1)]
    tallest = max(len(column) for column in columns)
    top = _HEIGHT / 2 + 0.16 * _STEP * len(columns)
    height = top + (tallest - 1) * _ROW + _HEIGHT
    middle = top + (tallest - 1) * _ROW / 2
    places = [np.zeros(2)] * len(adjacency)
    for number, column in enumerate(columns):
        for row, vertex in enumerate(column):
            y = middle + (row - (len(column) - 1) / 2) * _ROW
            places[vertex] = np.array([_WIDTH / 2 + 4 + number * _STEP, y])
    return places, (len(columns) - 1) * _STEP + _WIDTH + 8, height


def _live(adjacency: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reach = np.eye(len(adjacency), dtype=np.bool_)
    for vertex in range(len(adjacency)):
        for before in np.flatnonzero(adjacency[:, vertex]):
            reach[:, vertex] |= reach[:, before]
    live: NDArray[np.bool_] = reach[0] & reach[:, -1]
    return live


def _short(name: str) -> str:
    return name if len(name) <= 15 else name[:14] + "…"
