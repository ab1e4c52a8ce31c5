"""The checks that every predictor makes before it learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors._posterior import Floats
from archscout.spaces.base import Architectures, Choices, SearchSpace

FEWEST = 2


def check_labels(
    space: SearchSpace, archs: Architectures, values: Sequence[float] | NDArray[np.floating[Any]]
) -> tuple[Choices, Floats]:
    """Choices ``(n, positions)`` and values ``(n,)`` of labels that can be learnt from."""
    choices = space.as_choices(archs)
    numbers = _numbers(values)
    if numbers.shape != (len(choices),):
        raise SettingsError(
            f"got {len(choices)} architectures and values of shape {numbers.shape}, "
            "expected one value for each architecture"
        )
    if len(choices) < FEWEST:
        raise SettingsError(
            f"got {len(choices)} labels, expected {FEWEST} or more to learn from: buy more"
        )
    _check_finite(numbers, "value", "leave failed labels out")
    return choices, numbers


def check_pseudo_labels(pseudo: Sequence[float] | NDArray[np.floating[Any]], count: int) -> Floats:
    """One finite number for each of ``count`` architectures."""
    numbers = _numbers(pseudo)
    if numbers.shape != (count,):
        raise SettingsError(
            f"got {count} unlabeled architectures and pseudo-labels of shape {numbers.shape}, "
            "expected one for each architecture"
        )
    _check_finite(numbers, "pseudo-label", "predict them with a fitted predictor")
    return numbers


def _numbers(values: Sequence[float] | NDArray[np.floating[Any]]) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise SettingsError(
            f"got values {values!s:.100}, expected one number for each architecture"
        ) from None


def _check_finite(numbers: Floats, what: str, remedy: str) -> None:
    if not np.isfinite(numbers).all():
        bad = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise SettingsError(f"{what} {bad} is {numbers[bad]}, expected finite numbers: {remedy}")
