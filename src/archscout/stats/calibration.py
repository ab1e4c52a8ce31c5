"""Whether a stated spread is honest: how many values lie inside the intervals that it promises.

Source:
    Coverage and sharpness: Gneiting, Balabdaoui and Raftery, Journal of the Royal Statistical
    Society B 69, 2007. The error over levels: Kuleshov, Fenner and Ermon, ICML 2018, arXiv
    1807.00263. Deviation: central intervals and absolute instead of squared differences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from archscout.errors import SettingsError
from archscout.stats._checks import Floats, pair, vector

_EVEN_LEVELS = tuple(round(0.05 * step, 2) for step in range(1, 20))


def coverage(
    values: ArrayLike,
    mean: ArrayLike,
    spread: ArrayLike,
    levels: ArrayLike = (0.5, 0.8, 0.9, 0.95),
) -> Floats:
    """Share of values inside the central normal interval of each level.

    Args:
        values: ``(n,)`` true values, n at least 1.
        mean: ``(n,)`` predicted values.
        spread: ``(n,)`` predicted standard deviations, 0 or more.
        levels: ``(l,)`` shares that the intervals promise, each between 0 and 1.

    Returns:
        ``(l,)`` shares; an honest spread gives the levels themselves. The border is inside.

    Raises:
        SettingsError: for different lengths, NaN, a negative spread or a level out of range.

    Examples:
        >>> coverage([0.0, 1.0, 3.0], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.5, 0.95]).round(2)
        array([0.33, 0.67])
    """
    true, centre, deviation = _checked(values, mean, spread)
    widths = _widths(levels)
    inside = np.abs(true - centre)[None] <= widths[:, None] * deviation[None]
    shares: Floats = inside.mean(axis=1)
    return shares


def calibration_error(
    values: ArrayLike, mean: ArrayLike, spread: ArrayLike, levels: ArrayLike = _EVEN_LEVELS
) -> float:
    """Mean distance between what intervals promise and what they hold.

    Args:
        values: ``(n,)`` true values, n at least 1.
        mean: ``(n,)`` predicted values.
        spread: ``(n,)`` predicted standard deviations, 0 or more.
        levels: ``(l,)`` shares to look at; by default 5 % to 95 %.

    Returns:
        Between 0 (honest at every level) and 1. Too wide and too narrow count alike.

    Examples:
        >>> round(calibration_error([0.0, 1.0, 3.0], [0.0] * 3, [1.0] * 3, [0.5, 0.95]), 3)
        0.225
    """
    promised = vector(levels, "levels")
    return float(np.abs(coverage(values, mean, spread, promised) - promised).mean())


def sharpness(spread: ArrayLike, level: float = 0.9) -> float:
    """Mean width of the central normal intervals of a level, in the unit of the spread.

    Of two predictors with the same coverage, the one with narrower intervals knows more.

    Args:
        spread: ``(n,)`` predicted standard deviations, 0 or more.
        level: share that the intervals promise, between 0 and 1.

    Examples:
        >>> round(sharpness([1.0, 3.0], level=0.9), 2)
        6.58
    """
    deviation = vector(spread, "spreads")
    _check_spread(deviation)
    return float(2 * _widths([level])[0] * deviation.mean())


def _checked(
    values: ArrayLike, mean: ArrayLike, spread: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    true, centre = pair(values, mean, ("true values", "predicted values"))
    _, deviation = pair(true, spread, ("true values", "spreads"))
    _check_spread(deviation)
    return true, centre, deviation


def _check_spread(deviation: Floats) -> None:
    if (deviation < 0).any():
        raise SettingsError(
            f"got a spread of {deviation.min():g}, expected 0 or more: give standard deviations"
        )


def _widths(levels: ArrayLike) -> Floats:
    """How many standard deviations the interval of each level reaches to either side."""
    from scipy.special import ndtri

    shares = vector(levels, "levels")
    if not ((shares > 0) & (shares < 1)).all():
        raise SettingsError(f"got levels {shares.tolist()}, expected numbers between 0 and 1")
    widths: Floats = ndtri((1 + shares) / 2)
    return widths
