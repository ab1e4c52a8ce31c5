"""Repair: single random changes that bring architectures back within limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._architecture import Choices

_ROUNDS = 400

ExcessOf = Callable[[Choices], NDArray[np.float64]]


def repair(
    choices: Choices,
    counts: NDArray[np.integer[Any]],
    excess: ExcessOf,
    rng: np.random.Generator,
    *,
    free: NDArray[np.bool_] | None = None,
    rounds: int = _ROUNDS,
    one: bool = False,
) -> tuple[Choices, NDArray[np.bool_]]:
    """Change one decision after the other until every architecture ``(n, positions)`` is inside.

    Each round proposes one random change of one decision to every architecture that is still
    outside, and keeps it unless it leads further away. What is forbidden has infinite excess. Only
    decisions that are ``free`` ``(n, positions)`` change; with ``one``, the first that is inside
    ends it. The second of what is returned says which are inside, ``(n,)``.
    """
    rows = choices.copy()
    free = np.ones(rows.shape, dtype=np.bool_) if free is None else free
    places = np.flatnonzero((counts > 1) & free.any(axis=0))
    left = excess(rows)
    for _ in range(rounds if len(places) else 0):
        outside = np.flatnonzero(left > 0)
        if not len(outside) or (one and len(outside) < len(rows)):
            break
        changed = rows[outside]
        position = places[rng.integers(len(places), size=len(outside))]
        step = rng.integers(1, counts[position]) * free[outside, position]
        line = np.arange(len(outside))
        changed[line, position] = (changed[line, position] + step) % counts[position]
        found = excess(changed)
        # Changes that cost the same are kept too: they lead out of corners.
        better = found <= left[outside]
        rows[outside[better]] = changed[better]
        left[outside[better]] = found[better]
    return rows, left <= 0
