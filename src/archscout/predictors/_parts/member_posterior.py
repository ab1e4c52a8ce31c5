"""The posterior of an ensemble: what its members say, and how far they differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._parts.scaling import Scaling
from archscout.predictors.posterior import Posterior


def member_posterior(
    scores: NDArray[np.float64], scaling: Scaling, mean: NDArray[np.float64] | None = None
) -> Posterior:
    """The value of the members' mean score, and the deviation of their values.

    Args:
        scores: ``(members, n)`` on the scale that they learnt on.
        scaling: leads from scores to values.
        mean: ``(n,)``, their mean score where it is known more exactly.
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


def widened(scores: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Scores ``(members, n)``, so many times further from their mean."""
    centre = scores.mean(axis=0)
    return np.asarray(centre + factor * (scores - centre))
