"""The DARTS cell: its operations and edges, its decisions, and which cells are twins.

Source: DARTS (Liu et al., ICLR 2019, arXiv 1806.09055).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPERATIONS = (
    "none",
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
"""What an edge of a supernet can do, in index order; ``none`` is an edge that is not chosen."""

CELLS = ("normal", "reduce")
INPUTS = 2
"""Inputs of a cell, 0 and 1: the outputs of the cell before the last, and of the last."""

NODES = range(INPUTS, INPUTS + 4)
"""Inner nodes; the output of a cell is the concatenation of all of them."""

EDGES = tuple((source, node) for node in NODES for source in range(node))
"""(source, node) of each of the 14 edges, in the order of the released codes."""

INPUT_PAIRS = {node: tuple(itertools.combinations(range(node), 2)) for node in NODES}
"""The pairs of sources from which a node may take its two inputs, in index order."""

Pairs = tuple[tuple[int, int], ...]
"""A cell: (operation index, source) eight times, two a node, each node's by source."""

POSITIONS = 11
"""Decisions a cell: for each node the pair of sources, if there is more than one, and two
operations."""


def pairs_of(choices: Sequence[int]) -> Pairs:
    """Read a cell from its 11 decisions."""
    rest = iter(choices)
    pairs = []
    for node in NODES:
        ways = INPUT_PAIRS[node]
        sources = ways[next(rest)] if len(ways) > 1 else ways[0]
        pairs += [(next(rest) + 1, source) for source in sources]
    return tuple(pairs)


def decisions_of(pairs: Pairs) -> tuple[int, ...]:
    """The 11 decisions of a cell; the other way round from `pairs_of`."""
    decisions: list[int] = []
    for node, two in zip(NODES, zip(pairs[::2], pairs[1::2], strict=True), strict=True):
        ways = INPUT_PAIRS[node]
        if len(ways) > 1:
            decisions.append(ways.index((two[0][1], two[1][1])))
        decisions += [operation - 1 for operation, _ in two]
    return tuple(decisions)


def edges_of(choices: NDArray[np.integer[Any]]) -> NDArray[np.int8]:
    """Operations ``(n, 14)`` of many cells ``(n, 11)``, 0 where an edge is not chosen."""
    edges = np.zeros((len(choices), len(EDGES)), dtype=np.int8)
    rows = np.arange(len(choices))
    place, first_edge = 0, 0
    for node in NODES:
        ways = np.array(INPUT_PAIRS[node])
        if len(ways) > 1:
            sources = ways[choices[:, place]]
            place += 1
        else:
            sources = np.repeat(ways, len(choices), axis=0)
        for either in range(2):
            edges[rows, first_edge + sources[:, either]] = choices[:, place] + 1
            place += 1
        first_edge += node
    return edges


def smallest_twin(pairs: Pairs) -> Pairs:
    """The first, in the order of tuples, of all cells with the same nodes in another order.

    A cell hands on all of its nodes, side by side, and whatever reads them has a weight for
    each channel; so numbering the nodes otherwise changes nothing.
    """
    nodes = [pairs[place : place + 2] for place in range(0, len(pairs), 2)]
    twins = []
    for order in itertools.permutations(range(len(nodes))):
        # order[i] is the node that now stands at place i.
        now = {old + INPUTS: place + INPUTS for place, old in enumerate(order)}
        now |= {source: source for source in range(INPUTS)}
        moved = [
            sorted(((o, now[s]) for o, s in nodes[old]), key=lambda pair: pair[1]) for old in order
        ]
        if all(two[1][1] < place + INPUTS for place, two in enumerate(moved)):
            twins.append(tuple(itertools.chain.from_iterable(moved)))
    return min(twins)
