"""Mutation of a NAS-Bench-101 cell.

Source: the evolution of NAS-Bench-101 (Ying et al., 2019) and of BANANAS (White et al., 2021).
Deviations: the released notebooks flip each edge with probability 1/7, so ``edge_changes=3``, and
also accept a cell that only differs in dead vertices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces.nasbench101 import _cell as cell

_EDGES = len(cell.EDGES)
_COUNTS = np.array([2] * _EDGES + [len(cell.OPERATIONS)] * cell.INNER)
# Proposals that are checked together; about 0.6 of them are good.
_PROPOSALS = 8


def mutated(
    row: NDArray[np.int8], rng: np.random.Generator, edge_changes: float, operation_changes: float
) -> NDArray[np.int8]:
    """A valid child ``(1, 26)`` of a valid cell ``(1, 26)`` that computes something else.

    Of the edges ``edge_changes`` flip on average, of the operations ``operation_changes``.
    """
    for name, changes, most in (
        ("edge_changes", edge_changes, _EDGES),
        ("operation_changes", operation_changes, cell.INNER),
    ):
        if not 0 < changes <= most:
            raise SettingsError(f"got {name}={changes!r}, expected above 0 and at most {most}")
    before = cell.prune(row)
    rates = np.repeat([edge_changes / _EDGES, operation_changes / cell.INNER], [_EDGES, cell.INNER])
    for _ in range(10_000):
        changed = rng.random((_PROPOSALS, cell.POSITIONS)) < rates
        steps = rng.integers(1, _COUNTS, (_PROPOSALS, cell.POSITIONS))
        children: NDArray[np.int8] = ((row + changed * steps) % _COUNTS).astype(np.int8)
        good = cell.valid_cells(children) & (cell.prune(children) != before).any(axis=1)
        if good.any():
            return children[[int(np.argmax(good))]]
    raise SettingsError(f"got {edge_changes=} with which no mutation changes anything: allow 1")
