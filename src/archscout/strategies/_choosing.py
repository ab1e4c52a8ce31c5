"""Which of the candidates to buy."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._posterior import Posterior
from archscout.predictors.base import Predictor
from archscout.spaces.base import Choices

# WeakNAS buys among so many of the best predicted, and a draw is made for so many places.
_TOP, _DRAWS = 100, 16


class Beliefs:
    """What a predictor thinks of the candidates; worked out only when a chooser asks.

    Args:
        model: the fitted predictor.
        rows: choices ``(n, positions)`` of the candidates.
        best: the best label so far.

    Attributes:
        mean, spread: ``(n,)``, on the scale on which the predictor learns.
        best: the best label so far on that scale.
        draws: ``(draws, n)``, each row one plausible set of values.
    """

    def __init__(self, model: Predictor, rows: Choices, best: float) -> None:
        self._model, self._rows, self._best = model, rows, best

    def __len__(self) -> int:
        """Number of candidates."""
        return len(self._rows)

    @cached_property
    def _posterior(self) -> Posterior:
        return self._model.predict(self._rows)

    @property
    def best(self) -> float:
        return float(self._posterior.to_scores([self._best])[0])

    @property
    def mean(self) -> NDArray[np.float64]:
        return self._posterior.scores.mean

    @property
    def spread(self) -> NDArray[np.float64]:
        return self._posterior.scores.spread

    @cached_property
    def draws(self) -> NDArray[np.float64]:
        return self._posterior.draws(_DRAWS)


Chooser = Callable[[Beliefs, int, np.random.Generator], NDArray[np.int64]]


def in_order(beliefs: Beliefs, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Take the first ones, in the order in which they were found, as SemiNAS does.

    Args:
        beliefs: only their number is used.
        wanted: number of candidates to take.
        rng: not used.

    Returns:
        At most ``wanted`` places of candidates.
    """
    return np.arange(min(wanted, len(beliefs)))


def best_mean(beliefs: Beliefs, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Take those with the best mean."""
    return np.argsort(-beliefs.mean, kind="stable")[:wanted]


def top_uniform(beliefs: Beliefs, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw uniformly from the 100 best by the mean.

    Source:
        WeakNAS: Wu et al., NeurIPS 2021, arXiv 2102.10490, section 3.2.
    """
    top = best_mean(beliefs, max(_TOP, wanted), rng)
    return rng.permutation(top)[:wanted]


def expected_improvement(
    beliefs: Beliefs, wanted: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Take those that exceed the best label by most in expectation, under a normal law.

    Source:
        Jones et al., Journal of Global Optimization 13, 1998, section 4.1.
    """
    from scipy.stats import norm

    above = beliefs.mean - beliefs.best
    spread = np.maximum(beliefs.spread, 1e-12)
    z = above / spread
    gain = above * norm.cdf(z) + spread * norm.pdf(z)
    # Far below the best all gains round to zero: there the larger z goes first.
    return np.lexsort((-z, -gain))[:wanted]


def thompson(beliefs: Beliefs, wanted: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """For each place pick one draw, and take what that draw thinks best of the rest.

    Source:
        Thompson sampling with an ensemble: Osband and Van Roy, arXiv 1507.00300.
    """
    if len(beliefs) == 0:
        return np.arange(0)
    left = beliefs.draws.copy()
    taken = []
    for _ in range(min(wanted, len(beliefs))):
        best = int(np.argmax(left[rng.integers(len(left))]))
        left[:, best] = -np.inf
        taken.append(best)
    return np.array(taken, dtype=np.int64)


CHOOSERS: dict[str, Chooser] = {
    "in-order": in_order,
    "best-mean": best_mean,
    "top-uniform": top_uniform,
    "expected-improvement": expected_improvement,
    "thompson": thompson,
}


def find_chooser(name: str) -> Chooser:
    """The chooser of a name, or `UnknownNameError`."""
    from archscout.errors import unknown_name

    if name not in CHOOSERS:
        raise unknown_name("chooser", name, CHOOSERS)
    return CHOOSERS[name]
