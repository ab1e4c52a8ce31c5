"""Paired comparison of two methods over the same seeds, and correction for many tests."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from archscout.errors import SettingsError
from archscout.stats._checks import Floats, pair, vector
from archscout.stats.intervals import bootstrap_interval

_EXACT_UP_TO = 36  # two halves of 2**18 sums each


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Result of `paired_difference`; all differences are first minus second.

    Args:
        mean, median: mean and median difference, in the unit of the values.
        low, high: ends of the mean's bootstrap interval; NaN for fewer than two pairs.
        p_value: two-sided sign-flip p-value.
        n: number of pairs.
        wins, losses, ties: pairs with a positive, negative, zero difference.
    """

    mean: float
    low: float
    high: float
    p_value: float
    n: int
    wins: int
    losses: int
    ties: int
    median: float = math.nan


def paired_difference(
    first: ArrayLike, second: ArrayLike, rng: np.random.Generator, level: float = 0.95
) -> PairedDifference:
    """Compare two methods seed by seed.

    Args:
        first: ``(n,)``, one number a seed; "better" is the caller's business.
        second: ``(n,)``, the same seeds in the same order.
        rng: draws the bootstrap resamples (and sign flips beyond 36 unequal pairs).
        level: coverage of the interval.

    Returns:
        Mean difference ``first - second``, its interval, p-value and counts.

    Raises:
        SettingsError: for different lengths, no values, or NaN.

    Examples:
        >>> result = paired_difference([3, 4, 5, 7], [1, 2, 3, 4], np.random.default_rng(0))
        >>> result.mean, result.p_value, result.wins, result.losses
        (2.25, 0.125, 4, 0)
    """
    left, right = pair(first, second, ("first values", "second values"))
    differences = left - right
    low, high = bootstrap_interval(differences, rng, level=level)
    return PairedDifference(
        mean=float(differences.mean()),
        low=low,
        high=high,
        p_value=sign_flip_p_value(differences, rng),
        n=len(differences),
        wins=int((differences > 0).sum()),
        losses=int((differences < 0).sum()),
        ties=int((differences == 0).sum()),
        median=float(np.median(differences)),
    )


def sign_flip_p_value(
    differences: ArrayLike, rng: np.random.Generator, samples: int = 100_000
) -> float:
    """Two-sided permutation p-value of a mean paired difference.

    If both methods were alike, every difference could as well have had the other sign. The
    p-value is the share of sign patterns whose mean is at least as far from zero. All
    patterns are counted up to 36 non-zero differences, ``samples`` random ones beyond.

    Args:
        differences: ``(n,)``, one paired difference a seed.
        rng: draws sign patterns; not used when all are counted.
        samples: random patterns beyond 36 differences.

    Returns:
        Above 0, at most 1; never below ``2 / 2**n``, see `least_sign_flip_p_value`.

    Source: Fisher, "The Design of Experiments" (1935), section 21.

    Examples:
        >>> sign_flip_p_value([1, 1, 1, 1, 1], np.random.default_rng(0))
        0.0625
    """
    sizes = np.abs(vector(differences, "differences"))
    values = np.asarray(differences, dtype=np.float64)[sizes > 0]  # a zero has no sign to flip
    if len(values) == 0:
        return 1.0
    observed = abs(math.fsum(values))
    # sums that are equal on paper must count as equal after rounding
    border = observed - 1e-12 * float(np.abs(values).sum())
    if len(values) <= _EXACT_UP_TO:
        half = len(values) // 2
        left, right = _signed_sums(values[:half]), np.sort(_signed_sums(values[half:]))
        below = np.searchsorted(right, -border - left, side="right")
        above = len(right) - np.searchsorted(right, border - left, side="left")
        # with a border at or below zero the two tails overlap: every pattern counts
        return min(1.0, float((below + above).sum()) / (len(left) * len(right)))
    reached, done = 0, 0
    while done < samples:
        block = min(samples - done, max(1, 4_000_000 // len(values)))
        signs = rng.integers(0, 2, (block, len(values)), dtype=np.int8) * 2.0 - 1.0
        reached += int((np.abs(signs @ values) >= border).sum())
        done += block
    return (reached + 1) / (samples + 1)


def least_sign_flip_p_value(unequal: int) -> float:
    """The smallest p-value that `sign_flip_p_value` can give.

    Args:
        unequal: number of pairs that differ.

    Returns:
        ``2 / 2**unequal``, at most 1: all differences have one sign. Five pairs and fewer never
        reach 0.05.

    Examples:
        >>> least_sign_flip_p_value(5), least_sign_flip_p_value(6)
        (0.0625, 0.03125)
    """
    return min(1.0, 2.0 ** (1 - unequal))


def holm_correction(p_values: ArrayLike) -> Floats:
    """Correct p-values for the number of tests; keeps the chance of any false alarm.

    Args:
        p_values: ``(n,)`` in [0, 1]; NaN marks a test that was not made and is not counted.

    Returns:
        ``(n,)`` corrected p-values in the same order, at most 1; NaN stays NaN.

    Raises:
        SettingsError: if one is outside [0, 1].

    Source: Holm, "A simple sequentially rejective multiple test procedure" (1979).

    Examples:
        >>> holm_correction([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    array = np.asarray(p_values, dtype=np.float64)
    if array.ndim != 1 or (array < 0).any() or (array > 1).any():
        raise SettingsError("got p-values outside 0..1 or not in one row, expected (n,) in 0..1")
    corrected = array.copy()
    made = np.flatnonzero(~np.isnan(array))
    order = made[np.argsort(array[made], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(array[order] * factors))
    return corrected


def _signed_sums(values: Floats) -> Floats:
    """Sums of all ``2**n`` sign patterns of ``values``."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums
