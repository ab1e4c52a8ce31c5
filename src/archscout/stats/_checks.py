"""What every statistic asks of its arrays; the errors are one sentence each."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.errors import SettingsError

Floats = NDArray[np.float64]


def vector(values: ArrayLike, name: str, at_least: int = 1, finite: bool = True) -> Floats:
    """Check one vector ``(n,)`` and return it as floats."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or len(array) < at_least:
        raise SettingsError(
            f"got {name} of shape {array.shape}, expected one row of at least {at_least} values"
        )
    if finite and np.isnan(array).any():
        raise SettingsError(
            f"got {int(np.isnan(array).sum())} NaN among {len(array)} {name}, expected numbers: "
            "leave failed measurements out first"
        )
    return array


def pair(
    first: ArrayLike, second: ArrayLike, names: tuple[str, str], at_least: int = 1
) -> tuple[Floats, Floats]:
    """Check two vectors of equal length and return them as floats."""
    left, right = vector(first, names[0], at_least), vector(second, names[1], at_least)
    if len(left) != len(right):
        raise SettingsError(
            f"got {len(left)} {names[0]} and {len(right)} {names[1]}, expected as many of each"
        )
    return left, right


def open_fraction(value: float, name: str) -> float:
    """Check a number strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise SettingsError(f"got {name}={value}, expected a number between 0 and 1")
    return value


def matrix(values: ArrayLike, name: str) -> Floats:
    """Check a matrix ``(rows, columns)`` with at least one of each; NaN is allowed."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or 0 in array.shape:
        raise SettingsError(
            f"got {name} of shape {array.shape}, expected a matrix with at least one row and column"
        )
    return array
