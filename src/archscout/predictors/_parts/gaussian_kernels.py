"""Kernels between architectures, and how their scales are learnt from labels.

Source:
    Matern kernels, the marginal likelihood and its gradient: Rasmussen and Williams, Gaussian
    Processes for Machine Learning, 2006, chapters 4 and 5. Deviation: each scale has a wide
    log-normal prior, because 20 labels alone can put it anywhere.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize

from archscout.encodings import mark_options
from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors._posterior import Floats
from archscout.spaces.base import Choices, SearchSpace

KernelKind = Literal["graph", "hamming"]
# Middles and deviations of the priors of log signal, length, decisions and noise.
_MIDDLES = np.log([1.0, 1.0, 1.0, 0.1])
_DEVIATIONS = np.array([1.5, 1.0, 1.5, 1.0])
_STARTS = np.log([[1.0, 1.0, 0.3, 0.05], [2.0, 2.5, 0.1, 0.02], [0.7, 0.5, 0.1, 0.3]])
# Added to the diagonal, relative to the signal: equal rows would leave nothing to divide by.
JITTER = 1e-6


class KernelInputs(NamedTuple):
    """Architectures as a kernel sees them: ``columns (n, f)`` and ``marks (n, m)``."""

    columns: Floats
    marks: Floats


class Scales(NamedTuple):
    """What the marginal likelihood decides.

    ``signal`` is the variance of what the columns explain, ``length`` the distance at which values
    are hardly alike any more, ``decisions`` the variance of what single decisions explain (0 where
    the kernel has no marks), ``noise`` the variance of a label's noise.
    """

    signal: float
    length: float
    decisions: float
    noise: float


class ArchitectureKernel:
    """How alike the values of two architectures are expected to be.

    The kernel is ``signal * matern(distance / length) + decisions * share``, with Matern's
    kernel of smoothness 3/2. For ``"graph"`` the squared distance is the mean over the
    logarithms of the graph properties (`CellFeatures`); ``share`` is the share of equal
    decisions, and stands only where the graph is as written: a flow graph says all that
    matters. For ``"hamming"``, which a space without a graph always has, the squared distance is
    the share of differing decisions.
    """

    def __init__(self, space: SearchSpace, kind: KernelKind = "graph") -> None:
        self.space = space
        self._features = CellFeatures(space, one_hot=False)
        self.kind: KernelKind = kind if self._features.graph else "hamming"
        self.with_decisions = self.kind == "graph" and self._features.graph == "graph"

    def read(self, choices: Choices) -> KernelInputs:
        """Columns and marks of choices ``(n, positions)``, scaled as the kernel needs them."""
        positions = choices.shape[1]
        if self.kind == "hamming":
            columns = self._marks(choices) / np.sqrt(2 * positions)
        else:
            # Counts multiply along paths: their logarithms are what can be added up.
            columns = np.log1p(self._features.encode(choices), dtype=np.float64)
            columns /= np.sqrt(columns.shape[1])
        if self.with_decisions:
            return KernelInputs(columns, self._marks(choices) / np.sqrt(positions))
        return KernelInputs(columns, np.zeros((len(choices), 0)))

    def _marks(self, choices: Choices) -> Floats:
        # Not the space's own marks, which may leave an option of a decision without one.
        return mark_options(choices, self.space.option_counts).astype(np.float64)


def covariance(first: KernelInputs, second: KernelInputs, scales: Scales) -> Floats:
    """Prior covariance of values without noise, ``(n, m)``."""
    distance = np.sqrt(squared_distances(first.columns, second.columns))
    found = _matern(distance * (np.sqrt(3) / scales.length))
    found *= scales.signal
    if first.marks.shape[1]:
        found += scales.decisions * (first.marks @ second.marks.T)
    return found


def variance(inputs: KernelInputs, scales: Scales) -> Floats:
    """The diagonal of `covariance` of architectures with themselves, ``(n,)``."""
    decisions = (inputs.marks**2).sum(axis=1) * scales.decisions
    return np.asarray(scales.signal + decisions, dtype=np.float64)


def squared_distances(first: Floats, second: Floats) -> Floats:
    """Squared Euclidean distances between rows, ``(n, m)``."""
    found = first @ second.T
    found *= -2.0
    found += (first**2).sum(axis=1)[:, None]
    found += (second**2).sum(axis=1)
    # Rounding can leave an equal pair a little below 0.
    return np.maximum(found, 0.0, out=found)


def _matern(scaled: Floats) -> Floats:
    found: Floats = np.exp(-scaled)
    found *= 1.0 + scaled
    return found


def learn_scales(inputs: KernelInputs, scores: Floats) -> Scales:
    """Scales of the largest posterior density: marginal likelihood times the priors.

    The scores ``(n,)`` of the ``n`` inputs have a mean about 0 and a deviation about 1.
    """
    squared = squared_distances(inputs.columns, inputs.columns)
    shares = inputs.marks @ inputs.marks.T if inputs.marks.shape[1] else None
    bounds = [(-6.0, 6.0)] * 3 + [(-9.0, 3.0)]
    found = [
        minimize(
            _negative_log_density,
            start,
            (squared, shares, scores),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 40, "ftol": 1e-5},
        )
        for start in _STARTS
    ]
    best = min(found, key=lambda result: float(result.fun))
    signal, length, decisions, noise = np.exp(best.x).tolist()
    return Scales(signal, length, decisions if shares is not None else 0.0, noise)


def _negative_log_density(
    logs: Floats, squared: Floats, shares: Floats | None, scores: Floats
) -> tuple[float, Floats]:
    """Value and gradient in the logarithms of the scales."""
    signal, length, decisions, noise = np.exp(logs)
    labels = len(scores)
    scaled = np.sqrt(squared) * (np.sqrt(3) / length)
    decay = np.exp(-scaled)
    smooth = signal * (1.0 + scaled) * decay
    total = smooth if shares is None else smooth + decisions * shares
    total = total + (noise + JITTER * signal) * np.eye(labels)
    factor = cho_factor(total, lower=True)
    weights = cho_solve(factor, scores)
    inverse = np.tril(dpotri(factor[0], lower=1)[0])
    inverse = inverse + np.tril(inverse, -1).T
    # Half of (inverse - weights weights'): the derivative by every entry of the covariance.
    slope = (inverse - np.outer(weights, weights)) / 2
    gradient = np.array(
        [
            (slope * smooth).sum() + JITTER * signal * np.trace(slope),
            (slope * (signal * scaled**2 * decay)).sum(),
            0.0 if shares is None else decisions * (slope * shares).sum(),
            noise * np.trace(slope),
        ]
    )
    value = scores @ weights / 2 + np.log(np.diag(factor[0])).sum()
    off = (logs - _MIDDLES) / _DEVIATIONS
    return float(value + off @ off / 2), gradient + off / _DEVIATIONS


def random_functions(
    inputs: KernelInputs, scales: Scales, count: int, rng: np.random.Generator, waves: int
) -> Floats:
    """Functions drawn from the prior, at ``n`` architectures, ``(count, n)``.

    The Matern part is a sum of waves with random directions (random Fourier features: Rahimi
    and Recht, NeurIPS 2007), of which the smoothness 3/2 asks a t distribution with 3 degrees
    of freedom; the decisions' part is exact.
    """
    directions = rng.standard_normal((inputs.columns.shape[1], waves))
    directions /= np.sqrt(rng.chisquare(3, waves) / 3) * scales.length
    heights = rng.standard_normal((2 * waves, count)) * np.sqrt(scales.signal / waves)
    slopes = rng.standard_normal((inputs.marks.shape[1], count)) * np.sqrt(scales.decisions)
    drawn = np.empty((count, len(inputs.columns)))
    for first in range(0, len(inputs.columns), 8192):
        block = slice(first, first + 8192)
        phases = inputs.columns[block] @ directions
        found = np.cos(phases) @ heights[:waves] + np.sin(phases) @ heights[waves:]
        drawn[:, block] = (found + inputs.marks[block] @ slopes).T
    return drawn
