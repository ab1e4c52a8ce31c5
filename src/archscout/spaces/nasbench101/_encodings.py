"""Arrays from NAS-Bench-101 cells, and token sequences back to cells.

All functions take the choices ``(n, 26)`` of written cells and work on whole batches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.encodings.arrays import (
    GraphEncoding,
    check_tokens,
    operation_positions,
    sequence_from_graph,
)
from archscout.spaces.base import TokenSpec
from archscout.spaces.nasbench101 import _cell as cell

VOCABULARY = ("input", *cell.OPERATIONS, "output", "absent")
PATHS = sum(len(cell.OPERATIONS) ** length for length in range(cell.INNER + 1))

_EDGES = len(cell.EDGES)
_OPTIONS = len(cell.OPERATIONS)
_OUTPUT, _ABSENT = _OPTIONS + 1, _OPTIONS + 2
_NO_EDGE_TOKEN, _EDGE_TOKEN, _FIRST_OPERATION_TOKEN = 1, 2, 3
_OUTPUT_TOKEN = _FIRST_OPERATION_TOKEN + _OPTIONS
_PLACES = operation_positions(cell.VERTICES)
_LENGTH = int(_PLACES[-1]) + 1
# Position of each token but the last among the choices: the edges into a vertex, then it.
_ORDER = [
    position
    for vertex in range(1, cell.VERTICES)
    for position in (
        *(cell.edge_place(source, vertex) for source in range(vertex)),
        *([_EDGES + vertex - 1] if vertex <= cell.INNER else []),
    )
]
# Cells a block, so that the path sets of a block stay in a processor's cache.
_BLOCK = 4096


def one_hot(choices: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """Edge bits, then three marks a vertex: ``(n, 36)``; absent vertices have no mark."""
    marked = np.zeros((len(choices), _EDGES + cell.INNER * _OPTIONS), dtype=np.float32)
    marked[:, :_EDGES] = choices[:, :_EDGES]
    present = np.arange(1, cell.INNER + 1) < cell.vertex_counts(choices)[:, None] - 1
    columns = _EDGES + np.arange(cell.INNER) * _OPTIONS + choices[:, _EDGES:]
    np.put_along_axis(marked, columns, present.astype(np.float32), axis=1)
    return marked


def graph(choices: NDArray[np.integer[Any]]) -> GraphEncoding:
    """Graphs of seven vertices as written; absent vertices have an operation of their own."""
    operations = _plain_operations(choices)
    inner = operations[:, 1:-1]
    vertices = cell.vertex_counts(choices)[:, None]
    inner[np.arange(1, cell.INNER + 1) >= vertices - 1] = _ABSENT
    return GraphEncoding(cell.adjacency(choices), operations, VOCABULARY)


def tokens(choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The 26 decisions in the order of the sequence, ``(n, 26)``."""
    numbers = choices.astype(np.int64)
    numbers[:, :_EDGES] += _NO_EDGE_TOKEN
    numbers[:, _EDGES:] += _FIRST_OPERATION_TOKEN
    return numbers[:, _ORDER]


def sequence(choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """The SemiNAS sequence of seven vertices, ``(n, 27)``."""
    plain = GraphEncoding(cell.adjacency(choices), _plain_operations(choices), VOCABULARY)
    return sequence_from_graph(plain)


def paths(choices: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """Which operation sequences lead from input to output, ``(n, 364)`` of 0 and 1.

    The sequences are ordered by length, from none to five operations, then as ternary numbers
    whose first digit is the first operation.

    Source: BANANAS (White et al., AAAI 2021, arXiv 1910.11858), section 3.
    """
    found = np.empty((len(choices), PATHS), dtype=np.uint8)
    for first in range(0, len(choices), _BLOCK):
        block = slice(first, first + _BLOCK)
        found[block] = _block_paths(choices[block])
    return found


def token_spec(kind: str) -> TokenSpec:
    """Masks of ``"tokens"`` and ``"sequence"``; the latter allows the output at any vertex."""
    allowed = np.zeros((_LENGTH, _OUTPUT_TOKEN + 1), dtype=np.bool_)
    allowed[:, [_NO_EDGE_TOKEN, _EDGE_TOKEN]] = True
    allowed[_PLACES] = False
    allowed[_PLACES, _FIRST_OPERATION_TOKEN:] = True
    return TokenSpec(allowed if kind == "sequence" else allowed[:-1, :_OUTPUT_TOKEN])


def decode_tokens(numbers: ArrayLike) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Read `tokens` back: choices ``(n, 26)`` and which are valid, ``(n,)``."""
    ordered = check_tokens(numbers, len(_ORDER))
    choices = np.empty_like(ordered)
    choices[:, _ORDER] = ordered
    choices[:, :_EDGES] -= _NO_EDGE_TOKEN
    choices[:, _EDGES:] -= _FIRST_OPERATION_TOKEN
    edges, operations = choices[:, :_EDGES], choices[:, _EDGES:]
    known = np.ones(len(choices), dtype=np.bool_)
    known &= ((edges >= 0) & (edges <= 1)).all(axis=1)
    known &= ((operations >= 0) & (operations < _OPTIONS)).all(axis=1)
    return _checked(choices, known)


def decode_sequence(numbers: ArrayLike) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Read `sequence` back: choices ``(n, 26)`` and which are valid, ``(n,)``.

    Sequences of smaller cells, padded with 0 after their output, are read too. The output token
    is accepted at an inner vertex only if that vertex is dead: the benchmark removes it
    before it looks at operations.
    """
    ordered = check_tokens(numbers, _LENGTH)
    written = np.count_nonzero(ordered, axis=1)
    choices = np.zeros((len(ordered), cell.POSITIONS), dtype=np.int64)
    known = np.zeros(len(ordered), dtype=np.bool_)
    for vertices in range(2, cell.VERTICES + 1):
        places = operation_positions(vertices)
        length = int(places[-1]) + 1
        rows = np.flatnonzero(written == length)
        part = ordered[rows]
        is_edge = np.ones(length, dtype=np.bool_)
        is_edge[places] = False
        edges = part[:, :length][:, is_edge] - _NO_EDGE_TOKEN
        operations = part[:, places] - _FIRST_OPERATION_TOKEN
        good = ((edges >= 0) & (edges <= 1)).all(axis=1) & (operations[:, -1] == _OPTIONS)
        good &= ((operations >= 0) & (operations <= _OPTIONS)).all(axis=1)
        values = np.concatenate([edges, operations[:, :-1]], axis=1)
        choices[rows[:, None], cell.positions_of(vertices)] = values
        known[rows] = good
    choices[~known] = 0
    outputs = choices[:, _EDGES:] == _OPTIONS
    known &= ~(outputs & cell.live_vertices(choices)[:, 1:-1]).any(axis=1)
    choices[:, _EDGES:][outputs] = 0
    return _checked(choices, known)


def _checked(
    choices: NDArray[np.int64], known: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    small = np.where(known[:, None], choices, 0).astype(np.int8)
    valid = known & cell.valid_cells(small)
    small[~valid] = 0
    return small, valid


def _plain_operations(choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    operations = np.zeros((len(choices), cell.VERTICES), dtype=np.int64)
    operations[:, 1:-1] = choices[:, _EDGES:] + 1
    operations[:, -1] = _OUTPUT
    return operations


def _block_paths(choices: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    edges = choices[:, :_EDGES].astype(np.bool_)[:, :, None]
    # reaching[v][l]: which sequences of l operations lead from the input through vertex v
    reaching: list[list[NDArray[np.bool_]]] = [[np.ones((len(choices), 1), dtype=np.bool_)]]
    for vertex in range(1, cell.VERTICES):
        arriving = []
        for length in range(vertex):
            sequences = np.zeros((len(choices), _OPTIONS**length), dtype=np.bool_)
            for source in range(vertex):
                if length < len(reaching[source]):
                    sequences |= (
                        reaching[source][length] & edges[:, cell.edge_place(source, vertex)]
                    )
            arriving.append(sequences)
        if vertex < cell.VERTICES - 1:
            operation = choices[:, _EDGES + vertex - 1, None] == np.arange(_OPTIONS)
            none = np.zeros((len(choices), 1), dtype=np.bool_)
            grown = [(s[:, :, None] & operation[:, None]).reshape(len(s), -1) for s in arriving]
            reaching.append([none, *grown])
    return np.concatenate(arriving, axis=1)
