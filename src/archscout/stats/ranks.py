"""How well one order agrees with another, and how far a value is from the best."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from archscout.errors import SettingsError
from archscout.objectives._objective import Direction
from archscout.stats._checks import Floats, pair

_NAMES = ("predicted values", "true values")


def kendall_tau(predicted: ArrayLike, true: ArrayLike) -> float:
    """Kendall's tau-b between two orders; ties lower it as they should.

    Args:
        predicted: ``(n,)`` scores, any unit, n >= 2.
        true: ``(n,)`` values of the same architectures.

    Returns:
        Between -1 and 1; NaN if either is constant.

    Raises:
        SettingsError: for different lengths, fewer than two values, or NaN.

    Source: Kendall, "The treatment of ties in ranking problems" (1945); computed by scipy.

    Examples:
        >>> round(kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]), 3)
        0.667
    """
    from scipy.stats import kendalltau

    left, right = pair(predicted, true, _NAMES, at_least=2)
    if _constant(left) or _constant(right):
        return math.nan
    return float(kendalltau(left, right, variant="b").statistic)


def spearman(predicted: ArrayLike, true: ArrayLike) -> float:
    """Spearman's rank correlation; ties get their mean rank.

    Args:
        predicted: ``(n,)`` scores, any unit, n >= 2.
        true: ``(n,)`` values of the same architectures.

    Returns:
        Between -1 and 1; NaN if either is constant.

    Raises:
        SettingsError: for different lengths, fewer than two values, or NaN.

    Examples:
        >>> round(spearman([1, 2, 3, 4], [1, 2, 4, 3]), 3)
        0.8
    """
    from scipy.stats import rankdata

    left, right = pair(predicted, true, _NAMES, at_least=2)
    if _constant(left) or _constant(right):
        return math.nan
    return float(np.corrcoef(rankdata(left), rankdata(right))[0, 1])


def kendall_tau_top(predicted: ArrayLike, true: ArrayLike, fraction: float = 0.1) -> float:
    """Kendall's tau-b inside the best architectures only, where a search has to choose.

    Args:
        predicted: ``(n,)`` scores, higher is better.
        true: ``(n,)`` values, higher is better; they decide who is among the best.
        fraction: share of the architectures, in (0, 1]; ties at its border are all in.

    Returns:
        Between -1 and 1; NaN if either is constant inside the best.

    Examples:
        >>> kendall_tau_top([9, 1, 2, 3], [0, 1, 2, 3], fraction=0.5)
        1.0
    """
    left, right = pair(predicted, true, _NAMES, at_least=2)
    if not 0.0 < fraction <= 1.0:
        raise SettingsError(f"got fraction={fraction}, expected a number above 0 and at most 1")
    count = max(2, math.ceil(fraction * len(right) - 1e-9))
    inside = right >= np.partition(right, -count)[-count]
    return kendall_tau(left[inside], right[inside])


def top_k_recall(predicted: ArrayLike, true: ArrayLike, k: int) -> float:
    """Share of the true best ``k`` that are among the predicted best ``k``.

    Ties at either border count by the chance with which a random order of the tied would
    take them in, so that a constant predictor scores ``k / n`` in any order of the rows.

    Args:
        predicted: ``(n,)`` scores, higher is better.
        true: ``(n,)`` values, higher is better.
        k: number of best, 1..n.

    Returns:
        Between 0 and 1.

    Examples:
        >>> top_k_recall([4, 3, 2, 1], [4, 1, 3, 2], k=2)
        0.5
        >>> top_k_recall([0, 0, 0, 0], [4, 1, 3, 2], k=2)
        0.5
    """
    left, right = pair(predicted, true, _NAMES)
    if not 1 <= k <= len(left):
        raise SettingsError(f"got k={k}, expected 1..{len(left)}")
    return float((_chance_in_top(left, k) * _chance_in_top(right, k)).sum() / k)


def pairwise_accuracy(predicted: ArrayLike, values: ArrayLike) -> float:
    """Share of the pairs of different values that the prediction puts in the right order.

    Pairs that the prediction ties count half, as if a coin decided; pairs of equal values have
    no right order and do not count.

    Args:
        predicted: ``(n,)`` scores, any unit, n >= 2.
        values: ``(n,)`` values of the same architectures.

    Returns:
        Between 0 and 1, by chance 0.5; NaN if all values are equal.

    Raises:
        SettingsError: for different lengths, fewer than two values, or NaN.

    Examples:
        >>> round(pairwise_accuracy([1, 2, 2], [10, 20, 30]), 3)
        0.833
    """
    left, right = pair(predicted, values, _NAMES, at_least=2)
    if _constant(right):
        return math.nan
    if _constant(left):
        return 0.5
    different = _pairs(len(right)) - _tied_pairs(right)
    unordered = _pairs(len(left)) - _tied_pairs(left)
    # Tau-b is (right - wrong pairs) / sqrt(different * unordered): solved for the difference.
    surplus = kendall_tau(left, right) * math.sqrt(different * unordered)
    return 0.5 + 0.5 * round(surplus) / different


def regret(values: ArrayLike, optimum: float, direction: Direction = "maximize") -> Any:
    """How much worse values are than the best one; 0 at the optimum, in their unit.

    Args:
        values: any shape, NaN stays NaN.
        optimum: the best value there is, in the same unit.
        direction: whether higher or lower values are better.

    Returns:
        An array of the shape of ``values``.

    Examples:
        >>> regret([90.0, 91.5], optimum=91.5).tolist()
        [1.5, 0.0]
    """
    gap = optimum - np.asarray(values, dtype=np.float64)
    return gap if direction == "maximize" else -gap


def _constant(values: Floats) -> bool:
    return bool((values == values[0]).all())


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _tied_pairs(values: Floats) -> int:
    return sum(_pairs(count) for count in np.unique(values, return_counts=True)[1].tolist())


def _chance_in_top(values: Floats, k: int) -> Floats:
    """Chance of each value to be in the best ``k`` when ties are broken at random, ``(n,)``."""
    border = np.partition(values, -k)[-k]
    above, tied = values > border, values == border
    chance: Floats = above + tied * ((k - above.sum()) / tied.sum())
    return chance
