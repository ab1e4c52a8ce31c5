"""Searches over time: the best so far, and how many labels a mark took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.errors import SettingsError
from archscout.stats._checks import Floats, vector
from archscout.stats.intervals import bootstrap_interval


def anytime(values: ArrayLike) -> Floats:
    """Best value so far after each label; a failed label (NaN) keeps the previous best.

    Args:
        values: ``(..., labels)`` in buying order, higher is better, NaN for failed.

    Returns:
        The same shape; NaN until the first label that did not fail.

    Examples:
        >>> anytime([1.0, 3.0, float("nan"), 2.0, 4.0]).tolist()
        [1.0, 3.0, 3.0, 3.0, 4.0]
    """
    return np.fmax.accumulate(np.asarray(values, dtype=np.float64), axis=-1)


def incumbents(values: ArrayLike) -> NDArray[np.int64]:
    """Place of the best label so far, after each label; the first of equals stays.

    Args:
        values: ``(labels,)`` in buying order, higher is better, NaN for failed.

    Returns:
        ``(labels,)`` places; -1 until the first label that did not fail.

    Examples:
        >>> incumbents([float("nan"), 1.0, 1.0, 3.0, 2.0]).tolist()
        [-1, 1, 1, 3, 3]
    """
    row = vector(values, "values", at_least=0, finite=False)
    better = np.ones(len(row), dtype=np.bool_)
    before = anytime(row)[:-1]
    better[1:] = (row[1:] > before) | np.isnan(before)
    better &= ~np.isnan(row)
    return np.maximum.accumulate(np.where(better, np.arange(len(row)), -1))


def labels_to_reach(values: ArrayLike, threshold: float) -> int | None:
    """How many labels were bought until one reached the mark.

    Args:
        values: ``(labels,)`` in buying order, higher is better, NaN for failed.
        threshold: the mark, in the same unit; equal is reached.

    Returns:
        1 for the first label; None if no label reached it.

    Examples:
        >>> labels_to_reach([1.0, 2.0, 5.0, 3.0], threshold=4.0)
        3
        >>> labels_to_reach([1.0, 2.0], threshold=4.0) is None
        True
    """
    reached = vector(values, "values", at_least=0, finite=False) >= threshold
    return int(reached.argmax()) + 1 if reached.any() else None


@dataclass(frozen=True, slots=True)
class LabelsToReach:
    """Mean number of labels to a mark over seeds, some of which may never have reached it.

    Args:
        mean: over all seeds; a seed that did not reach the mark counts as budget + 1.
        low, high: bootstrap interval of that mean.
        reached: number of seeds that reached the mark.
        n: number of seeds.
        budget: labels that every seed could buy.
    """

    mean: float
    low: float
    high: float
    reached: int
    n: int
    budget: int

    @property
    def lower_bound(self) -> bool:
        """Whether some seed did not reach the mark, so that the true mean is larger."""
        return self.reached < self.n

    def __str__(self) -> str:
        if self.reached == 0:
            return f"> {self.budget} (0 of {self.n})"
        interval = "" if math.isnan(self.low) else f" [{self.low:.0f}, {self.high:.0f}]"
        if self.lower_bound:
            return f"> {self.mean:.0f}{interval} ({self.reached} of {self.n})"
        return f"{self.mean:.0f}{interval}"


def reach_summary(
    counts: Sequence[int | None], budget: int, rng: np.random.Generator
) -> LabelsToReach:
    """Summarise `labels_to_reach` over seeds, honestly about those that never got there.

    A seed without success needs at least ``budget + 1`` labels and counts as exactly that,
    so the mean and both ends of its interval are lower bounds as soon as one seed fails.

    Args:
        counts: one entry a seed, 1..budget or None; a count above the budget is None's equal.
        budget: labels that every seed could buy, at least 1.
        rng: draws the bootstrap resamples.

    Returns:
        The summary; its text begins with ``>`` where it is a lower bound.

    Raises:
        SettingsError: if there is no seed.

    Examples:
        >>> print(reach_summary([10, 20, None], budget=29, rng=np.random.default_rng(0)))
        > 20 [10, 30] (2 of 3)
    """
    if not counts:
        raise SettingsError("got no seeds, expected labels to reach of at least one")
    reached = [count is not None and count <= budget for count in counts]
    filled = [
        float(count) if count is not None and count <= budget else budget + 1.0 for count in counts
    ]
    low, high = bootstrap_interval(filled, rng)
    return LabelsToReach(float(np.mean(filled)), low, high, sum(reached), len(counts), budget)
