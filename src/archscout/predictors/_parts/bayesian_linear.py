"""Bayesian linear regression in closed form; the evidence chooses how much noise there is.

Source:
    Bishop, Pattern Recognition and Machine Learning, 2006, sections 3.3 and 3.5; the evidence:
    MacKay, Neural Computation 4, 1992. Here one singular value decomposition serves every ratio
    of the two variances, the noise is profiled out, and the ratio comes from a grid.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from archscout.predictors._posterior import Floats

# Noise variance over weight variance; and the smallest noise variance, for labels without any.
_RATIOS = np.logspace(-2, 6, 65)
_LEAST_NOISE = 1e-10


class BayesianLinear:
    """A posterior over the weights of a linear model with an intercept.

    ``evidence`` is the logarithm of the labels' evidence, up to a constant.
    """

    def __init__(self) -> None:
        self.evidence = -np.inf
        self._centre, self._shift = np.zeros(0), 0.0
        self._axes, self._sizes = np.zeros((0, 0)), np.zeros(0)
        self._ratio = self._noise = 1.0
        self._weights = np.zeros(0)

    def fit(self, features: Floats, scores: Floats) -> Self:
        """Learn from features ``(n, f)`` and scores ``(n,)``."""
        self._centre, self._shift = features.mean(axis=0), float(scores.mean())
        moved, target = features - self._centre, scores - self._shift
        n, energy = len(target), float(target @ target)
        if n > features.shape[1]:
            rotation, moved = np.linalg.qr(moved)
            target = rotation.T @ target
        left, sizes, self._axes = np.linalg.svd(moved, full_matrices=False)
        along = left.T @ target
        grown = 1 + sizes**2 / _RATIOS[:, None]
        noise = ((along**2 / grown).sum(axis=1) + max(energy - float(along @ along), 0.0)) / n
        noise = noise.clip(min=_LEAST_NOISE)
        evidence = -(n * np.log(noise) + np.log(grown).sum(axis=1)) / 2
        best = int(np.argmax(evidence))
        self.evidence = float(evidence[best])
        self._ratio, self._noise = float(_RATIOS[best]), float(noise[best])
        self._sizes = sizes**2 + self._ratio
        self._weights = (sizes / self._sizes * along) @ self._axes
        return self

    def predict(self, features: Floats) -> tuple[Floats, Floats]:
        """Mean and deviation of features ``(n, f)``, ``(n,)`` each, a label's noise included."""
        moved = features - self._centre
        along = moved @ self._axes.T
        outside = ((moved**2).sum(axis=1) - (along**2).sum(axis=1)).clip(min=0)
        doubt = (along**2 / self._sizes).sum(axis=1) + outside / self._ratio
        return self._shift + moved @ self._weights, np.sqrt(self._noise * (1 + doubt))

    def draw_weights(self, count: int, rng: np.random.Generator) -> Floats:
        """Weights ``(count, f)`` drawn from the posterior."""
        noise = rng.standard_normal((count, len(self._weights)))
        inside = (noise @ self._axes.T) * (self._sizes**-0.5 - self._ratio**-0.5)
        spread = inside @ self._axes + noise * self._ratio**-0.5
        drawn: Floats = self._weights + self._noise**0.5 * spread
        return drawn

    def values_of(self, features: Floats, weights: Floats) -> Floats:
        """Scores ``(count, n)`` of features under drawn weights, noise left out."""
        scores: Floats = self._shift + weights @ (features - self._centre).T
        return scores
