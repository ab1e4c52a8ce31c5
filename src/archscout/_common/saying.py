"""Counts and p-values in words."""

from __future__ import annotations

import math


def count(number: int, noun: str, plural: str = "") -> str:
    """Say how many, with the noun in the right number.

    Args:
        number: how many.
        noun: what is counted, for one.
        plural: the same for several; empty for the noun with an s.

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
