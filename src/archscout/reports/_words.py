"""Numbers as people say them: durations, values with their unit, counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from archscout._common.saying import count

__all__ = ["count", "difference", "duration", "finite", "size", "value"]

_SPANS = (("second", 1.0, 90.0), ("minute", 60.0, 5400.0), ("hour", 3600.0, 129_600.0))
_DAY, _YEAR = 86_400.0, 31_557_600.0


def duration(seconds: float) -> str:
    """Say a duration in the unit that a person would choose.

    Examples:
        >>> duration(250_000), duration(41), duration(0.5)
        ('2.9 days', '41 seconds', '0.5 seconds')
    """
    for name, size, limit in _SPANS:
        if seconds < limit:
            return _amount(seconds / size, name)
    name, size = ("day", _DAY) if seconds < 2 * _YEAR else ("year", _YEAR)
    return _amount(seconds / size, name)


def _amount(number: float, name: str) -> str:
    digits = f"{number:.1f}" if 0 < number < 9.95 and round(number, 1) % 1 else f"{number:,.0f}"
    return f"{digits} {name}" + ("" if digits == "1" else "s")


def value(number: float | None, unit: str) -> str:
    """Say a value with its unit; one that is not known is a dash.

    Examples:
        >>> value(91.606, "percent"), value(0.25, "loss"), value(None, "loss")
        ('91.61 %', '0.25 loss', '–')
        >>> value(-0.001, "percent"), value(-0.0, "loss")
        ('0.00 %', '0 loss')
    """
    if number is None or not math.isfinite(number):
        return "–"
    text = f"{number:{'.2f' if unit == 'percent' else '.4g'}}"
    if float(text) == 0:  # Zero has no sign.
        text = text.lstrip("-")
    return f"{text} {'%' if unit == 'percent' else unit}".rstrip()


def difference(number: float, unit: str) -> str:
    """Say a difference of two values; one of percentages is in percentage points.

    Examples:
        >>> difference(0.2093, "percent"), difference(0.01, "loss")
        ('0.21 percentage points', '0.01 loss')
    """
    return f"{number:.2f} percentage points" if unit == "percent" else value(number, unit)


def size(number: float) -> str:
    """Say a large count in thousands, millions or billions.

    Examples:
        >>> size(1_073_466), size(153_274_000), size(812)
        ('1.07 M', '153.27 M', '812')
    """
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.2f} {letter}"
    return f"{number:.0f}"


def finite(number: Any) -> float | None:
    """Return ``number`` as a float if it is one and finite, else None.

    Examples:
        >>> finite(3), finite(float("nan")), finite("three"), finite(10**400)
        (3.0, None, None, None)
    """
    if isinstance(number, np.generic):
        number = number.item()
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    try:
        return float(number) if math.isfinite(number) else None
    except OverflowError:  # a whole number of more than 308 digits
        return None
