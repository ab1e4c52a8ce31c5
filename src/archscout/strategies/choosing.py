"""Which of the candidates to buy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Chooser = Callable[[NDArray[np.float64], int, np.random.Generator], NDArray[np.int64]]


def in_order(
    scores: NDArray[np.float64], wanted: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Take the first ones, in the order in which they were found, as SemiNAS does.

    Args:
        scores: ``(members, n)`` predicted scores, not used.
        wanted: number of candidates to take.
        rng: not used.

    Returns:
        At most ``wanted`` places of candidates.
    """
    return np.arange(min(wanted, scores.shape[1]))


def best_mean(
    scores: NDArray[np.float64], wanted: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Take those with the best mean over the members."""
    return np.argsort(-scores.mean(axis=0), kind="stable")[:wanted]


def thompson(
    scores: NDArray[np.float64], wanted: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """For each place draw a member, and take what that member thinks best of the rest.

    Source:
        Thompson sampling with an ensemble: Osband and Van Roy, arXiv 1507.00300.
    """
    left = scores.copy()
    taken = []
    for _ in range(min(wanted, scores.shape[1])):
        best = int(np.argmax(left[rng.integers(len(left))]))
        left[:, best] = -np.inf
        taken.append(best)
    return np.array(taken, dtype=np.int64)


CHOOSERS: dict[str, Chooser] = {"in-order": in_order, "best-mean": best_mean, "thompson": thompson}
