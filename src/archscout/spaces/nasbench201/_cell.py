"""The NAS-Bench-201 cell: its edges and operations, its texts, and which cells are twins."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError
from archscout.spaces._blocks.path_counts import path_counts

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""What an edge can do, in index order."""

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""(source node, target node) of each edge, in the order of the standard text."""

_NODES = (1, 2, 3)
_FORMS = "a text such as '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|' or '300000'"


def format_cell(choices: Sequence[int]) -> str:
    """Print six operation indices as the standard text."""
    edges = [f"{OPERATIONS[c]}~{source}|" for c, (source, _) in zip(choices, EDGES, strict=True)]
    return f"|{edges[0]}+|{edges[1]}{edges[2]}+|{edges[3]}{edges[4]}{edges[5]}"


def all_texts() -> list[str]:
    """Print every cell, in ascending order of the operation indices."""
    nodes = []
    for node in _NODES:
        ways = itertools.product(OPERATIONS, repeat=node)
        nodes.append([f"|{'|'.join(f'{o}~{s}' for s, o in enumerate(way))}|" for way in ways])
    return ["+".join(parts) for parts in itertools.product(*nodes)]


def parse_cell(text: str) -> tuple[int, ...]:
    """Read six operation indices from the standard text or from six digits."""
    if not isinstance(text, str):
        raise ParseError(f"got a cell of type {type(text).__name__}, expected {_FORMS}")
    cell = text.strip()
    if "|" not in cell and "~" not in cell and "+" not in cell:
        return _parse_digits(cell)
    nodes = cell.split("+")
    if len(nodes) != len(_NODES):
        raise ParseError(
            f"cell {_short(cell)} has {len(nodes)} parts joined by '+', "
            "expected 3: one for each of nodes 1, 2 and 3"
        )
    return tuple(itertools.chain.from_iterable(map(_parse_node, _NODES, nodes)))


def _parse_digits(cell: str) -> tuple[int, ...]:
    if len(cell) != len(EDGES):
        raise ParseError(f"got cell {_short(cell)}, expected {_FORMS}")
    for place, digit in enumerate(cell, start=1):
        if digit not in "01234":
            raise ParseError(
                f"cell {_short(cell)} has {digit!r} at place {place}, expected a digit from 0 to 4"
            )
    return tuple(map(int, cell))


def _parse_node(node: int, part: str) -> list[int]:
    if len(part) < 2 or part[0] != "|" or part[-1] != "|":
        raise ParseError(
            f"node {node} is written {_short(part)}, expected it to begin and end with '|'"
        )
    edges = part[1:-1].split("|")
    if len(edges) != node:
        raise ParseError(
            f"node {node} is written {_short(part)} with {len(edges)} edges, expected {node}: "
            f"one from each node before it"
        )
    return [_parse_edge(node, source, edge) for source, edge in enumerate(edges)]


def _parse_edge(node: int, source: int, edge: str) -> int:
    operation, tilde, origin = edge.partition("~")
    if not tilde or origin != str(source):
        raise ParseError(
            f"edge {source + 1} of node {node} is written {_short(edge)}, "
            f"expected an operation followed by '~{source}'"
        )
    if operation not in OPERATIONS:
        close = difflib.get_close_matches(operation[:40], OPERATIONS, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise ParseError(
            f"edge {source + 1} of node {node} has operation {_short(operation)}, "
            f"expected one of {', '.join(OPERATIONS)}{hint}"
        )
    return OPERATIONS.index(operation)


def _short(text: str) -> str:
    return repr(text if len(text) <= 120 else text[:117] + "...")


def live_edges(choices: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Which edges ``(n, 6)`` lie on a path from input to output that has no ``none``."""
    return cell_paths(choices) > 0


def cell_paths(choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """On how many paths from input to output each edge lies, ``(..., 6)``."""
    return path_counts(choices != OPERATIONS.index("none"), EDGES, starts=[0], ends=[_NODES[-1]])


def live_choices(choices: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """The same cells ``(n, 6)`` with ``none`` on every edge that is not live."""
    return np.where(live_edges(choices), choices, choices.dtype.type(OPERATIONS.index("none")))


def output_expression(choices: Sequence[int]) -> str:
    """Write what reaches the cell's output as an expression; twins have the same one.

    Every node is the sorted sum of its edges. An edge with an operation wraps the expression
    of its source, a skip connection hands it on as it is, and ``none`` is the zero ``#``; an
    edge from a node that is just ``#`` is ``#`` as well. This is the benchmark's own count of
    unique cells and gives its 6,466.

    Treated as equal: cells that differ in edges the output does not use; any operation behind
    a zero and ``none``; a skip connection and what it hands on; summands in another order;
    equal expressions, whether one set of weights computes them or two do; and a convolution of
    zeros and zero, though its batch norm may learn a shift.
    Kept apart, though they compute the same: sums with another number of zero summands, and
    sums of sums in another order. Without these two the space would have 4,930 functions.

    Source:
        NAS-Bench-201 (Dong and Yang, ICLR 2020, arXiv 2001.00326), its count of unique cells.
    """
    nodes = ["0"]
    for node in _NODES:
        terms = []
        for (source, target), choice in zip(EDGES, choices, strict=True):
            if target == node:
                operation, origin = OPERATIONS[choice], nodes[source]
                if operation == "none" or origin == "#":
                    terms.append("#")
                elif operation == "skip_connect":
                    terms.append(origin)
                else:
                    terms.append(f"({origin})@{operation}")
        nodes.append("+".join(sorted(terms)))
    return nodes[-1]
