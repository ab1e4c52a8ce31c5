"""Which architectures probably fail, learnt from those that did.

A predictor of values never sees failures, so that by itself it would point into a region that
crashes until the budget is gone. To tell it that they are bad would spoil it where they are mere
bad luck: measured on NAS-Bench-201, a search whose labels failed at random then ended .8 points
lower. So a forest of its own learns to tell failures from successes, and what it takes for a
failure is not proposed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.predictors import make_predictor
from archscout.predictors.base import Predictor
from archscout.spaces.base import Choices, SearchSpace

_EVEN = 0.5


class Success:
    """Knows nothing, lets everything pass and draws nothing until something has failed."""

    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        self.space, self.rng = space, rng
        self._forest: Predictor | None = None

    def learn(self, succeeded: Choices, failed: Choices) -> None:
        """Learn from choices ``(n, positions)`` and ``(m, positions)`` that were measured."""
        self._forest = None
        if len(failed):
            # What fails may hang on one decision, which properties of a graph do not show.
            forest = make_predictor("forest", self.space, self.rng, trees=100, one_hot=True)
            values = np.repeat([1.0, 0.0], [len(succeeded), len(failed)])
            self._forest = forest.fit(np.concatenate([succeeded, failed]), values)

    def likely(self, choices: Choices) -> NDArray[np.bool_]:
        """Whether architectures ``(n, positions)`` rather succeed than fail, ``(n,)``."""
        if self._forest is None or not len(choices):
            return np.ones(len(choices), dtype=np.bool_)
        likely: NDArray[np.bool_] = self._forest.predict(choices).mean >= _EVEN
        return likely
