"""All 423,624 different NAS-Bench-101 cells, and the number of any cell among them.

Only 6,472 graphs of edges make pruned cells. They are grouped into isomorphism classes by
trying all orders of the inner vertices; in each class the labelings that its automorphisms
turn into each other are one cell. That is exact, needs no hashing and takes a fraction of a
second; the official hash never parts or joins what this does.

A cell is listed as its first form in the official enumeration: by vertices, then edge bits,
then operations with conv3x3 before conv1x1 before the pooling.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.spaces.nasbench101._cell import (
    MAX_EDGES,
    POSITIONS,
    VERTICES,
    edge_place,
    live_vertices,
    positions_of,
    prune,
)
from archscout.spaces.nasbench101._hash import LABELS

CELLS = 423_624


@dataclass(frozen=True, eq=False)
class CellsOfSize:
    """The cells of one number of vertices ``v``.

    Args:
        vertices: the number of vertices.
        rows: ``(cells, v * (v - 1) / 2 + v - 2)`` edge bits and operations.
        graphs: ``(graphs,)`` ascending edge bits of every graph, one integer each.
        classes: ``(graphs,)`` number of each graph's isomorphism class.
        relabel: ``(graphs, v - 2)`` inner vertex of the graph that stands for each inner vertex
            of its class's listed graph.
        cell_of: ``(classes, 3 ** (v - 2))`` place in ``rows`` of each labeling of the listed
            graph, the labeling read as a ternary number.
    """

    vertices: int
    rows: NDArray[np.int8]
    graphs: NDArray[np.uint32]
    classes: NDArray[np.int64]
    relabel: NDArray[np.int64]
    cell_of: NDArray[np.int32]

    def places(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Places in ``self.rows`` of pruned cells given as rows, ``(n,)``."""
        edges = self.vertices * (self.vertices - 1) // 2
        bits = rows[:, :edges] @ (1 << np.arange(edges))
        graph = np.searchsorted(self.graphs, bits)
        labels = np.array(LABELS)[rows[:, edges:]]
        labels = np.take_along_axis(labels, self.relabel[graph], axis=1)
        return self.cell_of[self.classes[graph], labels @ _powers(self.vertices)].astype(np.int64)


@dataclass(frozen=True, eq=False)
class Enumeration:
    """All cells of the space.

    Args:
        sizes: the cells of 2 to 7 vertices.
        choices: ``(423624, 26)``, read-only, one size after the other.
    """

    sizes: tuple[CellsOfSize, ...]
    choices: NDArray[np.int8]

    def indices(self, choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """Places in ``self.choices`` of the cells that valid written cells stand for, ``(n,)``."""
        found = np.empty(len(choices), dtype=np.int64)
        for vertices, rows, cells in split_by_size(choices):
            smaller = sum(len(size.rows) for size in self.sizes[: vertices - 2])
            found[cells] = smaller + self.sizes[vertices - 2].places(rows)
        return found


def split_by_size(
    choices: NDArray[np.integer[Any]],
) -> Iterator[tuple[int, NDArray[np.int8], NDArray[np.intp]]]:
    """Prune cells ``(n, 26)``; by number of vertices, their rows and their places."""
    pruned = prune(choices)
    sizes = live_vertices(choices).sum(axis=1)
    for vertices in np.unique(sizes).tolist():
        cells = np.flatnonzero(sizes == vertices)
        yield vertices, pruned[cells][:, positions_of(vertices)], cells


@cache
def enumerate_cells() -> Enumeration:
    """List all cells; computed once a process, read-only."""
    sizes = tuple(_cells_of_size(vertices) for vertices in range(2, VERTICES + 1))
    choices = np.zeros((sum(len(size.rows) for size in sizes), POSITIONS), dtype=np.int8)
    first = 0
    for size in sizes:
        choices[first : first + len(size.rows), positions_of(size.vertices)] = size.rows
        first += len(size.rows)
    choices.flags.writeable = False
    return Enumeration(sizes, choices)


def _cells_of_size(vertices: int) -> CellsOfSize:
    inner = vertices - 2
    graphs = _pruned_graphs(vertices)
    orders = list(itertools.permutations(range(inner)))
    codes = np.stack([_codes(graphs, vertices, order) for order in orders])
    best = codes.argmin(axis=0)
    canonical = codes[best, np.arange(len(graphs))]
    _, listed, classes = np.unique(canonical, return_index=True, return_inverse=True)
    # number the classes by their first graph, the one that is listed
    ranks = np.argsort(np.argsort(listed))
    listed, classes = np.sort(listed), ranks[classes]

    # order[i] is where inner vertex i goes: graph -> canonical form <- listed graph
    order_table = np.array(orders, dtype=np.int64).reshape(len(orders), inner)
    to_canonical = order_table[best]
    relabel = np.take_along_axis(
        np.argsort(to_canonical, axis=1), to_canonical[listed][classes], axis=1
    )

    powers = _powers(vertices)
    labelings = np.array(list(itertools.product(range(3), repeat=inner)), dtype=np.int64)
    labelings = labelings.reshape(3**inner, inner)
    least = np.full((len(listed), len(labelings)), len(labelings), dtype=np.int64)
    for order, code in zip(order_table, codes, strict=True):
        automorphism = code[listed] == codes[0, listed]
        moved = labelings[:, order] @ powers
        least[automorphism] = np.minimum(least[automorphism], moved)
    is_listed = least == np.arange(len(labelings))
    class_, labeling = np.nonzero(is_listed)
    numbers = np.cumsum(is_listed.ravel()) - 1
    cell_of = numbers[np.arange(len(listed))[:, None] * len(labelings) + least]

    edges = vertices * (vertices - 1) // 2
    bits = graphs[listed][class_][:, None] >> np.arange(edges, dtype=np.uint32) & np.uint32(1)
    operations = np.argsort(LABELS)[labelings[labeling]]
    rows = np.concatenate([bits.astype(np.int8), operations.astype(np.int8)], axis=1)
    return CellsOfSize(vertices, rows, graphs, classes, relabel, cell_of.astype(np.int32))


def _pruned_graphs(vertices: int) -> NDArray[np.uint32]:
    """Edge bits, ascending, of the graphs of at most nine edges without dead vertices."""
    bits = np.arange(1 << vertices * (vertices - 1) // 2, dtype=np.uint32)
    bits = bits[np.bitwise_count(bits) <= MAX_EDGES]
    for vertex in range(vertices):
        comes = sum(1 << edge_place(x, vertex) for x in range(vertex))
        goes = sum(1 << edge_place(vertex, y) for y in range(vertex + 1, vertices))
        # without cycles, an edge in and an edge out at every vertex make every vertex live
        if comes:
            bits = bits[bits & np.uint32(comes) != 0]
        if goes:
            bits = bits[bits & np.uint32(goes) != 0]
    return bits


def _codes(graphs: NDArray[np.uint32], vertices: int, order: tuple[int, ...]) -> NDArray[np.uint64]:
    """Adjacency matrices as numbers ``(graphs,)`` after inner vertex i moved to order[i]."""
    places = [0, *(1 + place for place in order), vertices - 1]
    codes = np.zeros(len(graphs), dtype=np.uint64)
    for target in range(vertices):
        for source in range(target):
            bit = graphs >> np.uint32(edge_place(source, target)) & np.uint32(1)
            codes |= bit.astype(np.uint64) << np.uint64(places[source] * VERTICES + places[target])
    return codes


def _powers(vertices: int) -> NDArray[np.int64]:
    powers: NDArray[np.int64] = 3 ** np.arange(vertices - 3, -1, -1)
    return powers
