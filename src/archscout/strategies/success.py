"""Which architectures probably fail, learnt from those that did.

A predictor of values never sees failures, so that by itself it would point into a region that
crashes until the budget is gone. To tell it that they are bad would spoil it where they are mere
bad luck: measured on NAS-Bench-201, a search whose labels failed at random then ended .8 points
lower. So a forest of its own learns to tell failures from successes, and what it takes for a
failure is not proposed. Where most of what was bought of late failed all the same, it must be
surer of a success.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from archscout.predictors import make_predictor
from archscout.spaces.base import Choices, SearchSpace

_EVEN, _LATELY = 0.5, 10


class Success:
    """Knows nothing, and lets everything pass, until something has failed.

    Args:
        space: the search space.
        rng: decides how the trees grow; not used while nothing has failed.
    """

    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        self.forest = make_predictor("forest", space, rng, trees=100)
        self._taught = False
        self._lately: deque[bool] = deque(maxlen=_LATELY)

    def told(self, failed: bool) -> None:
        """Take the outcome of one measurement."""
        self._lately.append(failed)

    def learn(self, succeeded: Choices, failed: Choices) -> None:
        """Learn from choices ``(n, positions)`` and ``(m, positions)`` that were measured."""
        self._taught = len(failed) > 0
        if self._taught:
            values = np.repeat([1.0, 0.0], [len(succeeded), len(failed)])
            self.forest.fit(np.concatenate([succeeded, failed]), values)

    def likely(self, choices: Choices) -> NDArray[np.bool_]:
        """Whether architectures ``(n, positions)`` rather succeed than fail, ``(n,)``."""
        if not self._taught or not len(choices):
            return np.ones(len(choices), dtype=np.bool_)
        least = max(_EVEN, sum(self._lately) / _LATELY)
        likely: NDArray[np.bool_] = self.forest.predict(choices).mean >= least
        return likely
