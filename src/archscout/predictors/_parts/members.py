"""Members of an ensemble: which labels they leave out, and the posterior of what they say.

The labels are dealt into as many parts as there are members, and each member leaves out two,
so that two members have not seen a label: how far they differ there, and how far they miss it,
gives the factor by which the members' deviation must be scaled to be an honest spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._parts.scaling import Scaling
from archscout.predictors._posterior import Floats, Posterior

# With fewer every member learns from all of them.
FEWEST_LABELS, FEWEST_MEMBERS = 6, 3


def deal_left_out(rng: np.random.Generator, members: int, labels: int) -> NDArray[np.bool_]:
    """Which labels each member leaves out, ``(members, labels)``: two members each, or none.

    None are left out of fewer than 6 labels or by fewer than 3 members.
    """
    if labels < FEWEST_LABELS or members < FEWEST_MEMBERS:
        return np.zeros((members, labels), dtype=np.bool_)
    part = rng.permutation(labels) % members
    member = np.arange(members)[:, None]
    left_out: NDArray[np.bool_] = (part == member) | (part == (member + 1) % members)
    return left_out


def widening(member_scores: Floats, scores: Floats, left_out: NDArray[np.bool_]) -> float:
    """How much larger the error on left-out labels is than the deviation of two members there.

    Scores of members and what these left out are ``(members, labels)``, true scores ``(labels,)``;
    the factor is 1 where nothing was left out or the members do not differ.
    """
    if not left_out.any():
        return 1.0
    first, second = member_scores.T[left_out.T].reshape(-1, 2).T
    misses = np.mean(((first + second) / 2 - scores) ** 2)
    differences = np.mean((first - second) ** 2) / 2
    return float(np.sqrt(misses / differences)) if differences > 0 else 1.0


def member_posterior(scores: Floats, scaling: Scaling, mean: Floats | None = None) -> Posterior:
    """The value of the members' mean score, and the deviation of their values.

    ``scores (members, n)`` are on the scale that the members learnt on; ``mean (n,)`` is their mean
    where it is known more exactly.
    """
    centre = scores.mean(axis=0) if mean is None else mean
    return Posterior.lazily(
        lambda: (scaling.back(centre), scaling.back(scores).std(axis=0)),
        draw=lambda count, rng: scaling.back(scores),
        scores=lambda: Posterior.lazily(
            lambda: (centre, scores.std(axis=0)), draw=lambda count, rng: scores
        ),
        to_scores=scaling.forward,
    )


def widened(scores: Floats, factor: float) -> Floats:
    """Scores ``(members, n)``, so many times further from their mean."""
    centre = scores.mean(axis=0)
    return np.asarray(centre + factor * (scores - centre))
