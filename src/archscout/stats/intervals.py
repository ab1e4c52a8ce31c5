"""Bootstrap intervals: percentile, vectorised, with the generator passed in.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from archscout.errors import SettingsError
from archscout.stats._checks import Floats, matrix, open_fraction, vector

Statistic = Callable[..., Any]
_CHUNK = 4_000_000  # resampled numbers held at once: 32 MB


def bootstrap_interval(
    values: ArrayLike,
    rng: np.random.Generator,
    statistic: Statistic = np.mean,
    level: float = 0.95,
    samples: int = 10_000,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a statistic of independent values.

    Args:
        values: ``(n,)``, one number a seed, any unit.
        rng: draws the resamples.
        statistic: takes an array and ``axis``, such as ``np.mean`` or ``np.median``.
        level: coverage, in (0, 1).
        samples: number of resamples, at least 100.

    Returns:
        Lower and upper end, in the unit of the values; NaN for fewer than two values,
        because one value says nothing of its own spread.

    Raises:
        SettingsError: for an empty or NaN-holding array, or settings out of range.

    Examples:
        >>> low, high = bootstrap_interval(range(20), np.random.default_rng(0))
        >>> 6.5 < low < 7.5 and 11.5 < high < 12.5
        True
        >>> bootstrap_interval([3.0], np.random.default_rng(0))
        (nan, nan)
    """
    column = vector(values, "values to resample")[:, None]
    low, high = bootstrap_bands(column, rng, statistic, level, samples)
    return float(low[0]), float(high[0])


def bootstrap_bands(
    curves: ArrayLike,
    rng: np.random.Generator,
    statistic: Statistic = np.mean,
    level: float = 0.95,
    samples: int = 2_000,
) -> tuple[Floats, Floats]:
    """Pointwise percentile bootstrap bands of curves; whole curves (seeds) are resampled.

    Args:
        curves: ``(seeds, points)`` without NaN, one curve a seed.
        rng: draws the resamples; all points share them.
        statistic: takes an array and ``axis``, such as ``np.mean`` or ``np.median``.
        level: coverage at each point, in (0, 1).
        samples: number of resamples, at least 100.

    Returns:
        Lower and upper band, ``(points,)`` each; NaN for fewer than two seeds.

    Examples:
        >>> curves = np.tile(np.arange(5.0)[:, None], (1, 3))
        >>> low, high = bootstrap_bands(curves, np.random.default_rng(0))
        >>> low.shape, bool((low < 2).all() and (high > 2).all())
        ((3,), True)
    """
    array = matrix(curves, "curves")
    if np.isnan(array).any():
        raise SettingsError(
            "got curves with NaN, expected numbers: give failed seeds a value first"
        )
    open_fraction(level, "level")
    if samples < 100:
        raise SettingsError(f"got samples={samples}, expected at least 100 resamples")
    seeds, points = array.shape
    if seeds < 2:
        return np.full(points, math.nan), np.full(points, math.nan)
    ends = [(1 - level) / 2, (1 + level) / 2]
    drawn = rng.integers(0, seeds, (samples, seeds))
    if statistic is np.mean:  # a product of matrices: many times faster than gathering
        flat = (drawn + seeds * np.arange(samples)[:, None]).ravel()
        counts = np.bincount(flat, minlength=samples * seeds).reshape(samples, seeds)
        low, high = np.quantile(counts @ array / seeds, ends, axis=0)
        # rounding in the product must not push the ends outside of the data
        return np.clip(low, array.min(0), array.max(0)), np.clip(high, array.min(0), array.max(0))
    low, high = np.empty(points), np.empty(points)
    step = max(1, _CHUNK // drawn.size)
    for start in range(0, points, step):
        part = array[:, start : start + step]
        resampled = statistic(part[drawn], axis=1)
        low[start : start + step], high[start : start + step] = np.quantile(resampled, ends, axis=0)
    return low, high
