"""Labels that members of an ensemble leave out, and what these say of the members' deviation.

The labels are dealt into as many parts as there are members, and each member leaves out two,
so that two members have not seen a label: how far they differ there, and how far they miss it,
gives the factor by which the members' deviation must be scaled to be an honest spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# With fewer every member learns from all of them.
FEWEST_LABELS, FEWEST_MEMBERS = 6, 3


def deal_left_out(rng: np.random.Generator, members: int, labels: int) -> NDArray[np.bool_]:
    """Which labels each member leaves out, ``(members, labels)``: two members each, or none.

    None are left out of fewer than 6 labels or by fewer than 3 members.

    Examples:
        >>> deal_left_out(np.random.default_rng(0), members=4, labels=8).sum(axis=0).tolist()
        [2, 2, 2, 2, 2, 2, 2, 2]
    """
    if labels < FEWEST_LABELS or members < FEWEST_MEMBERS:
        return np.zeros((members, labels), dtype=np.bool_)
    part = rng.permutation(labels) % members
    member = np.arange(members)[:, None]
    left_out: NDArray[np.bool_] = (part == member) | (part == (member + 1) % members)
    return left_out


def widening(
    member_scores: NDArray[np.float64], scores: NDArray[np.float64], left_out: NDArray[np.bool_]
) -> float:
    """How much larger the error on left-out labels is than the deviation of two members there.

    Args:
        member_scores: ``(members, labels)``.
        scores: ``(labels,)`` true ones.
        left_out: ``(members, labels)``: two members for each label, or none.

    Returns:
        The factor; 1 where nothing was left out or the members do not differ.

    Examples:
        >>> members, out = np.array([[1.0], [-1.0], [9.0]]), np.array([[True], [True], [False]])
        >>> round(widening(members, np.array([3.0]), out), 3)  # error 3, deviation sqrt(2)
        2.121
    """
    if not left_out.any():
        return 1.0
    first, second = member_scores.T[left_out.T].reshape(-1, 2).T
    misses = np.mean(((first + second) / 2 - scores) ** 2)
    differences = np.mean((first - second) ** 2) / 2
    return float(np.sqrt(misses / differences)) if differences > 0 else 1.0
