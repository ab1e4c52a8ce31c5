"""The graph of a DARTS architecture: both cells in one graph, one vertex an operation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.encodings.arrays import GraphEncoding
from archscout.spaces.darts._cell import CELLS, EDGES, INPUTS, NODES, OPERATIONS

_OF_A_CELL = INPUTS + 2 * len(NODES) + 1
_NAMES = (*(f"input{i}" for i in range(INPUTS)), *OPERATIONS[1:], "output")
_VOCABULARY = ("input", *(f"{cell}_{name}" for cell in CELLS for name in _NAMES), "output")


def graph_of(edges: NDArray[np.integer[Any]]) -> GraphEncoding:
    """Make the graphs of architectures, of 24 vertices, from their edges ``(n, 2, 14)``.

    After the input come, for the normal and then for the reduce cell: its two inputs, the two
    operations of each node by source, its output; at last the output. An operation feeds those
    that read its node, and the output of its cell. The cells are side by side, because the
    order in which a network stacks them is the same for all.
    """
    n, last = len(edges), len(CELLS) * _OF_A_CELL + 1
    adjacency = np.zeros((n, last + 1, last + 1), dtype=np.int8)
    operations = np.zeros((n, last + 1), dtype=np.int64)
    operations[:, last] = len(_VOCABULARY) - 1
    sources = np.array([source for source, _ in EDGES])
    rows = np.arange(n)
    for cell in range(len(CELLS)):
        start = 1 + cell * _OF_A_CELL
        output, names = start + _OF_A_CELL - 1, 1 + cell * len(_NAMES)
        for place in range(INPUTS):
            operations[:, start + place] = names + place
            adjacency[:, 0, start + place] = 1
        operations[:, output] = names + len(_NAMES) - 1
        adjacency[:, output, last] = 1
        # The chosen edges in order: two a node, each node's by source.
        chosen = np.nonzero(edges[:, cell])[1].reshape(n, 2 * len(NODES))
        for place in range(2 * len(NODES)):
            vertex, edge = start + INPUTS + place, chosen[:, place]
            operations[:, vertex] = names + INPUTS + edges[rows, cell, edge] - 1
            adjacency[:, vertex, output] = 1
            source = sources[edge]
            outer = source < INPUTS
            adjacency[rows[outer], start + source[outer], vertex] = 1
            for either in range(2):
                read = start + INPUTS + 2 * (source[~outer] - INPUTS) + either
                adjacency[rows[~outer], read, vertex] = 1
    return GraphEncoding(adjacency, operations, _VOCABULARY)
