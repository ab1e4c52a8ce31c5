"""Regressors on a latent space: Bayesian linear models on features, fixed or taught.

Source:
    Fourier features: Rahimi and Recht, Random Features for Large-Scale Kernel Machines,
    NeurIPS 2007; the length scale is the one of most evidence. Taught features: DNGO, Snoek et
    al., Scalable Bayesian Optimization Using Deep Neural Networks, ICML 2015, arXiv 1502.05700,
    with all labels in every step and decoupled weight decay.
"""

from __future__ import annotations

import itertools
from typing import Literal, Protocol, Self

import numpy as np
import torch
from torch import Tensor, nn

from archscout.predictors._parts.bayesian_linear import BayesianLinear
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.network import uniform
from archscout.predictors._posterior import Floats

RegressorKind = Literal["gaussian-process", "bayesian-linear"]

_SCALES = (1.0, 2.0, 4.0, 8.0)


class LatentRegressor(Protocol):
    """Features of standardised columns, and a Bayesian linear model on them."""

    linear: BayesianLinear

    def fit(self, columns: Floats, scores: Floats) -> Self:
        """Learn from columns ``(n, d)`` and scores ``(n,)``."""

    def features(self, columns: Floats) -> Floats:
        """Features ``(n, f)`` of columns ``(n, d)``."""


class FourierRegressor:
    """A Gaussian process with a Gaussian kernel, by an even number of random Fourier features."""

    def __init__(self, rng: np.random.Generator, features: int = 512) -> None:
        self.rng, self.count = rng, features
        self.linear = BayesianLinear()
        self._waves = np.zeros((0, 0))

    def fit(self, columns: Floats, scores: Floats) -> Self:
        """Learn with every length scale, and keep the one of most evidence."""
        width = columns.shape[1]
        drawn = self.rng.standard_normal((width, self.count // 2)) * width**-0.5
        self.linear, best = BayesianLinear(), _SCALES[0]
        for scale in _SCALES:
            self._waves = drawn / scale
            tried = BayesianLinear().fit(self.features(columns), scores)
            if tried.evidence > self.linear.evidence:
                self.linear, best = tried, scale
        self._waves = drawn / best
        return self

    def features(self, columns: Floats) -> Floats:
        """Cosines and sines, ``(n, f)``."""
        phase = columns @ self._waves
        return np.concatenate([np.cos(phase), np.sin(phase)], axis=1)


class TanhRegressor:
    """The last layer of a taught tanh network of three equal layers, made Bayesian."""

    def __init__(
        self,
        generator: torch.Generator,
        *,
        hidden: int = 128,
        steps: int = 100,
        learning_rate: float = 5e-3,
        weight_decay: float = 0.1,
    ) -> None:
        self.generator, self.hidden, self.steps = generator, hidden, steps
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.linear = BayesianLinear()
        self._layers: list[tuple[Tensor, Tensor]] = []

    def fit(self, columns: Floats, scores: Floats) -> Self:
        """Teach the network, then replace its last layer."""
        widths = [columns.shape[1], self.hidden, self.hidden, self.hidden, 1]
        self._layers = [
            (
                uniform((rows, wide), (3 / rows) ** 0.5, self.generator),
                nn.Parameter(torch.zeros(wide)),
            )
            for rows, wide in itertools.pairwise(widths)
        ]
        inputs, targets = torch.from_numpy(columns).float(), torch.from_numpy(scores).float()
        weight, bias = self._layers[-1]

        def loss(step: int) -> Tensor:
            return (((self._inner(inputs) @ weight + bias)[:, 0] - targets) ** 2).mean()

        descend(
            [parameter for layer in self._layers for parameter in layer],
            loss,
            self.steps,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
        )
        self.linear = BayesianLinear().fit(self.features(columns), scores)
        return self

    def features(self, columns: Floats) -> Floats:
        """The last hidden layer, ``(n, hidden)``."""
        with torch.no_grad():
            inner: Floats = self._inner(torch.from_numpy(columns).float()).double().numpy()
        return inner

    def _inner(self, rows: Tensor) -> Tensor:
        for weight, bias in self._layers[:-1]:
            rows = torch.tanh(rows @ weight + bias)
        return rows
