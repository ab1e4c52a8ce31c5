"""NAS-Bench-101 cells as arrays: what is written, what is alive, and their text.

A cell is written on seven vertices: 0 is the input, 6 the output. Its choices are 21 edge bits,
edge ``x -> y`` at place ``x + y * (y - 1) / 2``, and the operations of the vertices 1 to 5. A
cell of fewer vertices leaves the last inner vertices without edges, with operation 0; such a
vertex is *absent*. Vertices that lie on no path from input to output are *dead*: the benchmark
removes them before it counts edges and trains.

Source: NAS-Bench-101 (Ying et al., ICML 2019, arXiv 1902.09635), section 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError

OPERATIONS = ("conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3")
SHORT = ("c1", "c3", "mp")
VERTICES = 7
INNER = VERTICES - 2
MAX_EDGES = 9
EDGES = tuple((x, y) for y in range(VERTICES) for x in range(y))
POSITIONS = len(EDGES) + INNER

_TEXT = re.compile(r"(0|[1-9][0-9]{0,6}):((?:c1|c3|mp)(?:\|(?:c1|c3|mp)){0,4})?")


def edge_place(source: int, target: int) -> int:
    """Place of the edge ``source -> target`` among the edge bits."""
    return source + target * (target - 1) // 2


def adjacency(choices: NDArray[np.integer[Any]]) -> NDArray[np.int8]:
    """Adjacency matrices ``(n, 7, 7)`` of 0 and 1 of the written cells ``(n, 26)``."""
    matrices = np.zeros((len(choices), VERTICES, VERTICES), dtype=np.int8)
    for place, (source, target) in enumerate(EDGES):
        matrices[:, source, target] = choices[:, place]
    return matrices


def live_vertices(choices: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Tell which vertices lie on a path from input to output, ``(n, 7)``."""
    edges = _edge_rows(choices)
    forward = np.zeros((VERTICES, len(choices)), dtype=np.bool_)
    backward = np.zeros_like(forward)
    forward[0] = backward[-1] = True
    for place, (source, target) in enumerate(EDGES):
        forward[target] |= forward[source] & edges[place]
    for source in range(VERTICES - 2, -1, -1):
        for target in range(source + 1, VERTICES):
            backward[source] |= backward[target] & edges[edge_place(source, target)]
    return np.ascontiguousarray((forward & backward).T)


def valid_cells(choices: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Tell which cells the benchmark accepts, ``(n,)``: connected, at most 9 live edges."""
    live = live_vertices(choices).T
    edges = _edge_rows(choices)
    count = np.zeros(len(choices), dtype=np.int64)
    for place, (source, target) in enumerate(EDGES):
        count += edges[place] & live[source] & live[target]
    good: NDArray[np.bool_] = live[0] & (count <= MAX_EDGES)
    return good


def prune(choices: NDArray[np.integer[Any]]) -> NDArray[np.int8]:
    """Remove dead vertices and move the others up, ``(n, 26)``; disconnected cells become 0."""
    live = live_vertices(choices)
    pruned = np.zeros((len(choices), POSITIONS), dtype=np.int8)
    masks = live[:, 1:-1] @ (1 << np.arange(INNER))
    for mask in np.unique(masks[live[:, 0]]).tolist():
        rows = np.flatnonzero((masks == mask) & live[:, 0])
        kept = [0, *(v for v in range(1, VERTICES - 1) if mask >> (v - 1) & 1), VERTICES - 1]
        places = [*range(len(kept) - 1), VERTICES - 1]
        old, new = [], []
        for j, target in enumerate(kept):
            for i, source in enumerate(kept[:j]):
                old.append(edge_place(source, target))
                new.append(edge_place(places[i], places[j]))
        old += [len(EDGES) + v - 1 for v in kept[1:-1]]
        new += [len(EDGES) + v - 1 for v in places[1:-1]]
        pruned[rows[:, None], new] = choices[rows[:, None], old]
    return pruned


def live_parts(choices: Sequence[int]) -> dict[int, tuple[str, list[int]]]:
    """Operation and sources of every vertex of one pruned cell ``(26,)``, input left out."""
    operations = [OPERATIONS[choice] for choice in choices[len(EDGES) :]]
    parts = {}
    for vertex, operation in enumerate([*operations, "output"], start=1):
        sources = [source for source in range(vertex) if choices[edge_place(source, vertex)]]
        if sources:
            parts[vertex] = (operation, sources)
    return parts


def vertex_counts(choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Number of vertices of the written cells, ``(n,)``: seven less the absent ones."""
    absent = np.ones(len(choices), dtype=np.bool_)
    count = np.full(len(choices), VERTICES, dtype=np.int64)
    for vertex in range(INNER, 0, -1):
        touching = [place for place, edge in enumerate(EDGES) if vertex in edge]
        absent &= ~choices[:, touching].any(axis=1) & (choices[:, len(EDGES) + vertex - 1] == 0)
        count -= absent
    return count


def positions_of(vertices: int) -> list[int]:
    """Positions of a cell of so many vertices: its edges in bit order, then its operations."""
    slots = [*range(vertices - 1), VERTICES - 1]
    edges = [edge_place(slots[x], slots[y]) for y in range(vertices) for x in range(y)]
    return edges + [len(EDGES) + v for v in range(vertices - 2)]


def parse_cells(texts: Iterable[str]) -> NDArray[np.int8]:
    """Read the choices ``(n, 26)`` of cells from their texts."""
    listed = list(texts)
    read = [_read(text) for text in listed]
    bits = np.array([number for number, _ in read], dtype=np.int64)
    sizes = np.array([len(operations) + 2 for _, operations in read], dtype=np.int64)
    choices = np.zeros((len(read), POSITIONS), dtype=np.int8)
    for vertices in np.unique(sizes).tolist():
        cells = np.flatnonzero(sizes == vertices)
        edges = vertices * (vertices - 1) // 2
        operations = np.array([read[cell][1] for cell in cells.tolist()], dtype=np.int64)
        values = np.concatenate([bits[cells][:, None] >> np.arange(edges) & 1, operations], axis=1)
        choices[cells[:, None], positions_of(vertices)] = values
    return accepted(choices, lambda cell: repr(listed[cell]))


def accepted(choices: NDArray[np.int8], name: Callable[[int], str]) -> NDArray[np.int8]:
    """Cells ``(n, 26)``, all of which the benchmark accepts; ``name`` names one by its place."""
    good = valid_cells(choices)
    if not good.all():
        raise ParseError(
            f"got {name(int(np.argmin(good)))}, which the benchmark does not accept: "
            f"expected a path from input to output and at most {MAX_EDGES} edges on such paths"
        )
    return choices


def _read(text: str) -> tuple[int, list[int]]:
    found = _TEXT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        shown = repr(text) if len(repr(text)) <= 80 else repr(text)[:80] + "..."
        raise ParseError(
            f"got {shown}, expected edge bits, a colon and up to five operations of c1, c3, mp, "
            "such as '1205349:c3|mp|c3|c3|c1'"
        )
    operations = [SHORT.index(word) for word in found[2].split("|")] if found[2] else []
    vertices = len(operations) + 2
    bits, edges = int(found[1]), vertices * (vertices - 1) // 2
    if bits >= 1 << edges:
        raise ParseError(
            f"got edge bits {bits} in {text!r}, expected 0..{(1 << edges) - 1} for a cell of "
            f"{vertices} vertices"
        )
    return bits, operations


def format_cell(choices: NDArray[np.integer[Any]]) -> str:
    """Print the text of one written cell ``(26,)``."""
    vertices = int(vertex_counts(choices[None])[0])
    edges = vertices * (vertices - 1) // 2
    values = [int(choices[position]) for position in positions_of(vertices)]
    bits = sum(bit << i for i, bit in enumerate(values[:edges]))
    return f"{bits}:" + "|".join(SHORT[operation] for operation in values[edges:])


def _edge_rows(choices: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    # one contiguous row an edge: the loops over edges then run at memory speed
    return np.ascontiguousarray(choices[:, : len(EDGES)].T.astype(np.bool_))
