"""Conformal calibration around any predictor: a spread that held-out labels vouch for.

Source:
    Lei et al., Distribution-Free Predictive Inference for Regression, JASA 113, 2018
    (residuals divided by a spread, section 5.2); out-of-fold residuals as in the CV+ of Barber
    et al., Predictive Inference with the Jackknife+, Annals of Statistics 49, 2021. Deviation:
    the intervals stand around the prediction of the predictor that saw all labels, not around
    those of the folds, which would all have to be kept. The proof for CV+ does not cover
    this; the coverage that was measured is in the documentation.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from archscout.errors import SettingsError
from archscout.predictors._parts.ranges import ShareInside, TwoOrMore
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, PredictorFactory, parameters
from archscout.predictors.boosting import Boosting
from archscout.spaces.base import Architectures, Choices

_FEWEST_LABELS = 4
# Spreads below this share of the median one count as that: forests state 0 where all trees agree.
_SMALLEST_SHARE = 0.05


@parameters
class Conformal(Predictor):
    """Scales a predictor's spread so that held-out labels lie where it says.

    Copies of the predictor learn from all folds of the labels but one and predict that one. A
    label's residual is its distance from the prediction in spreads; where the predictor states
    no spread at all, in the unit of the values. With fewer than 4 labels nothing is calibrated:
    the factor is 1 and `interval` is unbounded. Draws are those of the predictor, as much further
    from its mean as the spread is wider. Pseudo-labels are what the predictor says itself: they
    cannot vouch for it, and leave the calibration as it is.

    Args:
        space: the search space.
        rng: the only source of randomness.
        make: makes the predictor, from space and generator; None for `Boosting`.
        folds: parts of the labels that are held out in turn, 2 or more; as many as half the
            labels at most.
        level: share of the held-out labels that ``mean +- z * spread`` holds after scaling,
            where ``z`` is the normal quantile of that central share; between 0 and 1.

    Attributes:
        predictor: the wrapped predictor, made when it is first asked for, taught on all labels.
        factor_: what the spread is multiplied by.
        residuals_: ``(n,)`` residuals of the labels, ascending; none below 4 labels.

    Examples:
        >>> from archscout.predictors import Forest
        >>> from archscout.spaces import load_space
        >>> def make(space, rng):
        ...     return Forest(space, rng, trees=10)
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> conformal = Conformal(space, rng, make=make).fit(archs, (archs == 3).sum(axis=1))
        >>> low, high = conformal.interval(archs[:1], level=0.8)
        >>> bool(low < conformal.predict(archs[:1]).mean < high)
        True
    """

    make: PredictorFactory | None = None
    folds: TwoOrMore = 5
    level: ShareInside = 0.9

    @cached_property
    def predictor(self) -> Predictor:
        """The wrapped predictor."""
        return self._make()

    def check(self) -> None:
        """Refuse a predictor also that could not learn."""
        super().check()
        self.predictor.check()

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        self._calibrate(choices, values, unlabeled)
        self.predictor.fit(choices, values, unlabeled)

    def _fit_pseudo(
        self, choices: Choices, values: Floats, unlabeled: Choices, pseudo: Floats
    ) -> None:
        if not self._fitted:
            self.fit(choices, values, unlabeled)
        self.predictor.fit_pseudo(choices, values, unlabeled, pseudo)

    def _predict(self, choices: Choices) -> Posterior:
        said, factor, smallest = self.predictor.predict(choices), self.factor_, self.smallest_
        return Posterior.lazily(
            lambda: (said.mean, factor * np.maximum(said.spread, smallest)),
            draw=lambda count, rng: said.mean + factor * (said.draws(count, rng) - said.mean),
            scores=lambda: Posterior(said.scores.mean, factor * said.scores.spread),
            to_scores=said.to_scores,
        )

    def interval(self, archs: Architectures, level: float | None = None) -> tuple[Floats, Floats]:
        """Lowest and highest value that is to be expected of each architecture.

        Args:
            archs: ``n`` architectures.
            level: share of values that shall lie inside, between 0 and 1; None for that of
                the settings.

        Returns:
            ``low`` and ``high``, ``(n,)`` each; infinite where the labels are too few for the
            level: 19 are needed for 95 %.

        Raises:
            SettingsError: before `fit`, or if the level is out of range.
        """
        share = self.level if level is None else level
        if not 0 < share < 1:
            raise SettingsError(f"got level={share}, expected a number between 0 and 1")
        self._check_fitted()
        mean, spread = self.predictor.predict(archs)
        reach = conformal_quantile(self.residuals_, share)
        # A width of 0 times infinity is no number: without calibration nothing bounds.
        width = np.maximum(spread, self.smallest_)
        away = reach * width if math.isfinite(reach) else np.full(len(mean), reach)
        return mean - away, mean + away

    def _calibrate(self, choices: Choices, values: Floats, others: Choices) -> None:
        from scipy.special import ndtri

        self.residuals_, self.factor_, self.smallest_ = np.zeros(0), 1.0, 0.0
        if len(values) < _FEWEST_LABELS:
            return
        mean, spread = self._held_out(choices, values, others)
        stated = spread[spread > 0]
        # Without any stated spread the width is 1: residuals are in the unit of the values.
        self.smallest_ = _SMALLEST_SHARE * float(np.median(stated)) if len(stated) else 1.0
        self.residuals_ = np.sort(np.abs(values - mean) / np.maximum(spread, self.smallest_))
        reach = min(conformal_quantile(self.residuals_, self.level), float(self.residuals_[-1]))
        self.factor_ = float(reach / ndtri((1 + self.level) / 2))

    def _held_out(self, choices: Choices, values: Floats, others: Choices) -> tuple[Floats, Floats]:
        """Mean and spread that copies state of labels which they have not seen."""
        labels = len(values)
        folds = min(self.folds, labels // 2)
        part = self.rng.permutation(labels) % folds
        mean, spread = np.empty(labels), np.empty(labels)
        for fold in range(folds):
            out = part == fold
            copy = self._make().fit(choices[~out], values[~out], others)
            mean[out], spread[out] = copy.predict(choices[out])
        return mean, spread

    def _make(self) -> Predictor:
        return (self.make or Boosting)(self.space, self.rng)


def conformal_quantile(residuals: Floats, level: float) -> float:
    """The residual that the next one exceeds with a chance of at most ``1 - level``.

    Of residuals ``(n,)``, ascending and exchangeable with the next one, that is the
    ``ceil((n + 1) * level)``-th smallest, infinite if there are not so many.
    """
    rank = math.ceil((len(residuals) + 1) * level - 1e-9)
    return float(residuals[rank - 1]) if rank <= len(residuals) else math.inf
