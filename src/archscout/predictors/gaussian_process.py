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

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular

from archscout.errors import SettingsError
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.gaussian_kernels import (
    JITTER,
    ArchitectureKernel,
    Floats,
    KernelKind,
    Scales,
    Seen,
    covariance,
    learn_scales,
    random_functions,
    variance,
)
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

# Entries of the covariance between a block of architectures and the labels: about 64 MB.
_ENTRIES = 8_000_000
_NUMBERS = 2**26  # Of the columns of a block.
# Of more labels, so many tell the scales: four numbers need no more, and time grows cubed.
_LABELS_FOR_SCALES = 400
# Draws for at most so many architectures come from their whole covariance.
_EXACT_DRAWS = 3_000
_WAVES = 1_000


class _Learnt(NamedTuple):
    """All that a fit leaves: labels as seen, scales, and what is solved once."""

    seen: Seen
    scales: Scales
    scaling: RankScores
    weights: Floats
    factor: Floats
    constant: bool


class GaussianProcess(Predictor):
    """Normal scores of ranks as a Gaussian process over the graphs of the cells.

    The spread is that of a new label, noise included; draws leave the noise out. Equal labels
    give a spread of 0. Unlabelled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness; `fit` draws from it only beyond 400 labels.
        kernel: ``"graph"`` or ``"hamming"``, see `ArchitectureKernel`.
        most_labels: of more labels, so many are drawn at random and the others ignored, since
            time grows with their cube; 2 or more.

    Attributes:
        scales_: signal, length, decisions and noise that the labels chose.

    Raises:
        UnknownNameError: if there is no such kernel.
        SettingsError: if ``most_labels`` is below 2.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 20)
        >>> process = GaussianProcess(space, rng).fit(archs, (archs == 3).sum(axis=1))
        >>> many, none = process.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        kernel: KernelKind = "graph",
        most_labels: int = 4_000,
    ) -> None:
        super().__init__(space, rng)
        if most_labels < 2:
            raise SettingsError(f"got most_labels={most_labels}, expected 2 or more")
        self.kernel = ArchitectureKernel(space, kernel)
        self.most_labels = most_labels
        self._learnt: _Learnt | None = None

    @property
    def scales_(self) -> Scales:
        """What the marginal likelihood chose; raises `SettingsError` before `fit`."""
        return self._fitted().scales

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Choose the scales and solve for the labels."""
        choices, numbers = labelled(self.space, archs, values)
        if unlabeled is not None:
            self.space.choices(unlabeled)
        if len(choices) > self.most_labels:
            kept = self.rng.permutation(len(choices))[: self.most_labels]
            choices, numbers = choices[kept], numbers[kept]
        scaling = RankScores(numbers)
        scores, seen = scaling.forward(numbers), self.kernel.see(choices)
        scales = self._choose_scales(seen, scores)
        total = covariance(seen, seen, scales)
        np.fill_diagonal(total, total.diagonal() + scales.noise + JITTER * scales.signal)
        factor = cholesky(total, lower=True, overwrite_a=True)
        weights = cho_solve((factor, True), scores)
        constant = bool((numbers == numbers[0]).all())
        self._learnt = _Learnt(seen, scales, scaling, weights, factor, constant)
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the mean score, and the deviation of the values that scores stand for."""
        scaling = self._fitted().scaling
        mean, deviation = self.predict_scores(archs)
        # Gauss-Hermite quadrature: ranks turn into values along a bent line.
        nodes, weights = np.polynomial.hermite_e.hermegauss(25)
        weights = weights / weights.sum()
        values = np.stack([scaling.back(mean + node * deviation) for node in nodes])
        middle = weights @ values
        return Prediction(scaling.back(mean), np.sqrt(weights @ (values - middle) ** 2))

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and deviation of a new label's normal score."""
        learnt = self._fitted()
        choices = self.space.choices(archs)
        mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
        for block, seen, across in self._blocks(choices):
            mean[block] = across @ learnt.weights
            if not learnt.constant:
                known = (self._solve(across.T) ** 2).sum(axis=0)
                left = np.maximum(variance(seen, learnt.scales) - known, 0.0)
                spread[block] = np.sqrt(left + learnt.scales.noise)
        return Prediction(mean, spread)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Normal scores of values, by the ranks of the labels."""
        return self._fitted().scaling.forward(values)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values of functions that are plausible after the labels, ``(count, n)``.

        Each row is one function: architectures that are alike rise and fall together. Up to
        3,000 architectures their whole posterior covariance is used. Beyond, a function from
        the prior, a sum of 1,000 random waves, is corrected where it misses the labels.
        """
        learnt = self._fitted()
        choices = self.space.choices(archs)
        if learnt.constant:
            return np.tile(self.predict(choices).mean, (count, 1))
        few = len(choices) <= _EXACT_DRAWS
        drawn = self._draw_exactly(choices, count) if few else self._draw_waves(choices, count)
        return learnt.scaling.back(drawn)

    def _draw_exactly(self, choices: Choices, count: int) -> Floats:
        learnt = self._fitted()
        everything = self.kernel.see(choices)
        # Cells that are alike in everything get one value, and leave the covariance its rank.
        _, first, copies = np.unique(
            np.concatenate(everything, axis=1), axis=0, return_index=True, return_inverse=True
        )
        seen = Seen(everything.columns[first], everything.marks[first])
        across = covariance(seen, learnt.seen, learnt.scales)
        known = self._solve(across.T)
        left = covariance(seen, seen, learnt.scales) - known.T @ known
        np.fill_diagonal(left, left.diagonal() + JITTER * learnt.scales.signal)
        factor = cholesky(left, lower=True, overwrite_a=True) if len(left) else left
        drawn: Floats = across @ learnt.weights
        drawn = drawn + self.rng.standard_normal((count, len(left))) @ factor.T
        return drawn[:, copies.ravel()]

    def _draw_waves(self, choices: Choices, count: int) -> Floats:
        learnt, labels = self._fitted(), len(self._fitted().weights)
        new = self.kernel.see(choices)
        both = Seen(
            np.concatenate([learnt.seen.columns, new.columns]),
            np.concatenate([learnt.seen.marks, new.marks]),
        )
        drawn = random_functions(both, learnt.scales, count, self.rng, _WAVES)
        noise = np.sqrt(learnt.scales.noise) * self.rng.standard_normal((count, labels))
        missed = self._solve((drawn[:, :labels] + noise).T)
        corrections = self._solve(missed, transposed=True)
        found = drawn[:, labels:]
        for block, _, across in self._blocks(choices):
            found[:, block] += (across @ (learnt.weights[:, None] - corrections)).T
        return found

    def _choose_scales(self, seen: Seen, scores: Floats) -> Scales:
        if len(scores) > _LABELS_FOR_SCALES:
            some = self.rng.permutation(len(scores))[:_LABELS_FOR_SCALES]
            seen, scores = Seen(seen.columns[some], seen.marks[some]), scores[some]
        return learn_scales(seen, scores)

    def _blocks(self, choices: Choices) -> Iterator[tuple[slice, Seen, Floats]]:
        """Block by block what the kernel sees, and the covariance with the labels."""
        learnt = self._fitted()
        columns = learnt.seen.columns.shape[1] + learnt.seen.marks.shape[1]
        size = max(256, min(32_768, _ENTRIES // len(learnt.weights), _NUMBERS // max(columns, 1)))
        for first in range(0, len(choices), size):
            block = slice(first, first + size)
            seen = self.kernel.see(choices[block])
            yield block, seen, covariance(seen, learnt.seen, learnt.scales)

    def _solve(self, right: Floats, transposed: bool = False) -> Floats:
        """Solve with the triangular factor of the labels' covariance."""
        factor = self._fitted().factor
        solved: Floats = solve_triangular(
            factor, right, trans=int(transposed), lower=True, check_finite=False
        )
        return solved

    def _fitted(self) -> _Learnt:
        if self._learnt is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._learnt
