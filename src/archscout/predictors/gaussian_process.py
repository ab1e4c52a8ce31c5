"""A Gaussian process over architectures: exact, with joint draws.

Source:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1. Draws
    for many architectures: Wilson et al., Efficiently Sampling Functions from Gaussian Process
    Posteriors, ICML 2020, arXiv 2002.09309. Deviations: the process runs over normal scores of
    the labels' ranks; the kernel is made of graph properties instead of the Weisfeiler-Lehman
    subtrees of NAS-BOWL (Ru et al., ICLR 2021, arXiv 2006.07556). Written on scipy.linalg:
    scikit-learn's regressor has no priors on its scales, computes all distances anew in every
    step, and holds the covariance of everything that it draws for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from archscout.predictors._parts.gaussian_kernels import (
    JITTER,
    ArchitectureKernel,
    KernelInputs,
    KernelKind,
    Scales,
    covariance,
    learn_scales,
    random_functions,
    variance,
)
from archscout.predictors._parts.ranges import TwoOrMore
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

# Entries of the covariance between a block of architectures and the labels: about 64 MB.
_ENTRIES = 8_000_000
_NUMBERS = 2**26  # Of the columns of a block.
# Of more labels, so many tell the scales: four numbers need no more, and time grows cubed.
_LABELS_FOR_SCALES = 400
# Draws for at most so many architectures come from their whole covariance.
_EXACT_DRAWS = 3_000
_WAVES = 1_000


@parameters
class GaussianProcess(Predictor):
    """Normal scores of ranks as a Gaussian process over the graphs of the cells.

    The spread is that of a new label, noise included; draws leave the noise out. Equal labels
    give a spread of 0. A draw is one function: architectures that are alike rise and fall together.
    Up to 3,000 architectures their whole posterior covariance is used. Beyond, a function from the
    prior, a sum of 1,000 random waves, is corrected where it misses the labels. Unlabeled
    architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness; `fit` draws from it only beyond 400 labels.
        kernel: ``"graph"`` compares the properties of the cell graphs, ``"hamming"`` counts
            differing decisions, which a space without a graph always does.
        most_labels: of more labels, so many are drawn at random and the others ignored, since
            time grows with their cube; 2 or more.

    Attributes:
        scales_: signal, length, decisions and noise that the labels chose.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 20)
        >>> process = GaussianProcess(space, rng).fit(archs, (archs == 3).sum(axis=1))
        >>> many, none = process.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    kernel: KernelKind = "graph"
    most_labels: TwoOrMore = 4_000

    @property
    def scales_(self) -> Scales:
        """What the marginal likelihood chose; raises `SettingsError` before `fit`."""
        self._check_fitted()
        return self.process_.scales

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        if len(choices) > self.most_labels:
            kept = self.rng.permutation(len(choices))[: self.most_labels]
            choices, values = choices[kept], values[kept]
        scaling = RankScores(values)
        scores, labels = scaling.forward(values), self._kernel.read(choices)
        scales = self._choose_scales(labels, scores)
        total = covariance(labels, labels, scales)
        np.fill_diagonal(total, total.diagonal() + scales.noise + JITTER * scales.signal)
        factor = cholesky(total, lower=True, overwrite_a=True)
        weights = cho_solve((factor, True), scores)
        constant = bool((values == values[0]).all())
        self.process_ = _Process(self._kernel, labels, scales, scaling, weights, factor, constant)

    def _predict(self, choices: Choices) -> Posterior:
        return self.process_.posterior(choices)

    def _choose_scales(self, labels: KernelInputs, scores: Floats) -> Scales:
        if len(scores) > _LABELS_FOR_SCALES:
            some = self.rng.permutation(len(scores))[:_LABELS_FOR_SCALES]
            labels = KernelInputs(labels.columns[some], labels.marks[some])
            scores = scores[some]
        return learn_scales(labels, scores)

    @cached_property
    def _kernel(self) -> ArchitectureKernel:
        # Kept from fit to fit: a search predicts the same pool again and again.
        return ArchitectureKernel(self.space, self.kernel)


@dataclass(frozen=True)
class _Process:
    """A process after its labels: all that a fit leaves, with what is solved once."""

    kernel: ArchitectureKernel
    labels: KernelInputs
    scales: Scales
    scaling: RankScores
    weights: Floats
    factor: Floats
    constant: bool

    def posterior(self, choices: Choices) -> Posterior:
        """What is known of choices ``(n, positions)``, worked out when it is asked for."""

        def draw(count: int, rng: np.random.Generator) -> Floats:
            if self.constant:
                return np.tile(scores.mean, (count, 1))
            few = len(choices) <= _EXACT_DRAWS
            return (self._draw_exactly if few else self._draw_waves)(choices, count, rng)

        scores = Posterior.lazily(lambda: self._score(choices), draw=draw)
        back = self.scaling.back
        return Posterior.lazily(
            lambda: (back(scores.mean), self._spread_of_values(scores)),
            draw=lambda count, rng: back(draw(count, rng)),
            scores=lambda: scores,
            to_scores=self.scaling.forward,
        )

    def _score(self, choices: Choices) -> tuple[Floats, Floats]:
        """Mean and deviation of a new label's normal score."""
        mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
        for block, inputs, across in self._blocks(choices):
            mean[block] = across @ self.weights
            if not self.constant:
                known = (self._solve(across.T) ** 2).sum(axis=0)
                left = np.maximum(variance(inputs, self.scales) - known, 0.0)
                spread[block] = np.sqrt(left + self.scales.noise)
        return mean, spread

    def _spread_of_values(self, scores: Posterior) -> Floats:
        """The deviation of the values that scores stand for, by Gauss-Hermite quadrature."""
        # Ranks turn into values along a bent line.
        nodes, weights = np.polynomial.hermite_e.hermegauss(25)
        weights = weights / weights.sum()
        mean, deviation = scores
        values = np.stack([self.scaling.back(mean + node * deviation) for node in nodes])
        middle = weights @ values
        return np.asarray(np.sqrt(weights @ (values - middle) ** 2))

    def _draw_exactly(self, choices: Choices, count: int, rng: np.random.Generator) -> Floats:
        everything = self.kernel.read(choices)
        # Cells that are alike in everything get one value, and leave the covariance its rank.
        _, first, copies = np.unique(
            np.concatenate(everything, axis=1), axis=0, return_index=True, return_inverse=True
        )
        inputs = KernelInputs(everything.columns[first], everything.marks[first])
        across = covariance(inputs, self.labels, self.scales)
        known = self._solve(across.T)
        left = covariance(inputs, inputs, self.scales) - known.T @ known
        np.fill_diagonal(left, left.diagonal() + JITTER * self.scales.signal)
        factor = cholesky(left, lower=True, overwrite_a=True) if len(left) else left
        drawn: Floats = across @ self.weights
        drawn = drawn + rng.standard_normal((count, len(left))) @ factor.T
        return drawn[:, copies.ravel()]

    def _draw_waves(self, choices: Choices, count: int, rng: np.random.Generator) -> Floats:
        labels, new = len(self.weights), self.kernel.read(choices)
        both = KernelInputs(
            np.concatenate([self.labels.columns, new.columns]),
            np.concatenate([self.labels.marks, new.marks]),
        )
        drawn = random_functions(both, self.scales, count, rng, _WAVES)
        noise = np.sqrt(self.scales.noise) * rng.standard_normal((count, labels))
        missed = self._solve((drawn[:, :labels] + noise).T)
        corrections = self._solve(missed, transposed=True)
        found = drawn[:, labels:]
        for block, _, across in self._blocks(choices):
            found[:, block] += (across @ (self.weights[:, None] - corrections)).T
        return found

    def _blocks(self, choices: Choices) -> Iterator[tuple[slice, KernelInputs, Floats]]:
        """Block by block what the kernel sees, and the covariance with the labels."""
        columns = self.labels.columns.shape[1] + self.labels.marks.shape[1]
        size = max(256, min(32_768, _ENTRIES // len(self.weights), _NUMBERS // max(columns, 1)))
        for first in range(0, len(choices), size):
            block = slice(first, first + size)
            inputs = self.kernel.read(choices[block])
            yield block, inputs, covariance(inputs, self.labels, self.scales)

    def _solve(self, right: Floats, transposed: bool = False) -> Floats:
        """Solve with the triangular factor of the labels' covariance."""
        solved: Floats = solve_triangular(
            self.factor, right, trans=int(transposed), lower=True, check_finite=False
        )
        return solved
