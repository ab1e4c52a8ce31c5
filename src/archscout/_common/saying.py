"""Counts, differences, correlations and p-values in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable


def count(number: int, noun: str, plural: str = "") -> str:
    """Say how many, with the noun in the right number.

    Examples:
        >>> count(1, "label"), count(5000, "label"), count(2, "strategy", "strategies")
        ('1 label', '5,000 labels', '2 strategies')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def say_p(p_value: float) -> str:
    """A p-value, no more exactly than anybody needs.

    Examples:
        >>> say_p(0.00002), say_p(0.0312), say_p(1), say_p(float("nan"))
        ('p < 0.001', 'p = 0.031', 'p = 1.000', 'p unknown')
    """
    if math.isnan(p_value):
        return "p unknown"
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def say_number(value: float, points: str) -> str:
    """A regret or a difference, without its unit.

    Examples:
        >>> say_number(0.414, "points"), say_number(0.00414, "fraction"), say_number(41.6, "labels")
        ('0.41', '0.00414', '42')
    """
    form = {"points": ".2f", "labels": ".0f"}.get(points, ".3g")
    return _unsigned_zero(f"{value:{form}}")


def say_interval(ends: Iterable[float], say: Callable[[float], str]) -> str:
    """A number with both ends of its interval behind it, where it has one."""
    middle, low, high = ends
    return say(middle) if math.isnan(low) else f"{say(middle)} [{say(low)}, {say(high)}]"


def say_figure(value: float) -> str:
    """A correlation or a share, without the zero before the point.

    Examples:
        >>> say_figure(0.7621), say_figure(-0.05), say_figure(1.0), say_figure(float("nan"))
        ('.762', '-.050', '1.000', '–')
    """
    return "–" if math.isnan(value) else _from_point(f"{value:.3f}")


def say_tau(value: float) -> str:
    """Write a correlation.

    Examples:
        >>> say_tau(-0.25), say_tau(1.0), say_tau(float("nan"))
        ('-.25', '1.00', 'unknown')
    """
    return "unknown" if math.isnan(value) else _from_point(f"{value:.2f}")


def _from_point(text: str) -> str:
    text = _unsigned_zero(text)
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def _unsigned_zero(text: str) -> str:
    return text.removeprefix("-") if float(text) == 0 else text
