"""The rows of a measured table that a space within limits leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces.base import Choices, SearchSpace
from archscout.spaces.limits._limit import UNITS


def rows_within(
    name: str, own: SearchSpace, choices: Choices, space: SearchSpace
) -> NDArray[np.bool_]:
    """Which rows of a table, ``choices`` of its ``own`` space, a space with limits allows."""
    if own.limits:
        raise SettingsError(
            f"got table {name!r} for {space!r}, expected the same limits: search the space of the "
            "table, or give the whole table"
        )
    kept = space.valid(choices)
    if not kept.any():
        words = " and ".join(limit.text for limit in space.limits)
        spans = []
        for limit in space.limits:
            costs = limit.costs(own, choices)
            spans.append(f"{costs.min():,.0f} to {costs.max():,.0f} {UNITS[limit.what]}")
        raise SettingsError(
            f"no architecture of table {name!r} has {words}: they have {' and '.join(spans)}, so "
            "allow more"
        )
    return kept
