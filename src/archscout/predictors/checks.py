"""The check that every predictor makes before it learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces.base import Architectures, SearchSpace


def labelled(
    space: SearchSpace,
    archs: Architectures,
    values: Sequence[float] | NDArray[np.floating[Any]],
    minimum: int = 2,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Check labelled architectures and stack them.

    Args:
        space: the space they must belong to.
        archs: ``n`` architectures.
        values: ``(n,)`` finite numbers.
        minimum: fewest labels that the caller can learn from.

    Returns:
        Choices ``(n, positions)`` and values ``(n,)``.

    Raises:
        SettingsError: if lengths differ, a value is not finite, or too few came.
        ParseError: if one belongs to another space.
    """
    choices = space.choices(archs)
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (len(choices),):
        raise SettingsError(
            f"got {len(choices)} architectures and values of shape {numbers.shape}, "
            "expected one value for each architecture"
        )
    if len(choices) < minimum:
        raise SettingsError(
            f"got {len(choices)} labels, expected {minimum} or more to learn from: buy more"
        )
    if not np.isfinite(numbers).all():
        bad = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise SettingsError(
            f"value {bad} is {numbers[bad]}, expected finite numbers: leave failed labels out"
        )
    return choices, numbers
