"""The contract of every predictor: learn from few labels, predict mean and spread."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import guard
from archscout.spaces.base import Architectures, SearchSpace


class Prediction(NamedTuple):
    """Predicted values: ``mean`` and ``spread`` (one standard deviation), both ``(n,)``.

    Both are in the unit of the values that the predictor was fitted on, unless its page says
    that it predicts ranks only. A spread of zero means that the predictor states none.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


class Predictor(ABC):
    """Predicts the value of an architecture from few labelled ones.

    What the process was set to (default dtype, gradients, `np.seterr`, threads) changes nothing
    in the predictors of this package, and those of another package run in the state that their
    user set.

    Args:
        space: the space whose architectures it sees.
        rng: the only source of randomness.
    """

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls, "fit", "fit_pseudo", "predict", "predict_scores", "scores_of", "draws")

    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        self.space = space
        self.rng = rng

    @abstractmethod
    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Learn from ``n`` labelled architectures and, where it can, unlabelled ones.

        Args:
            archs: ``n`` architectures, at least 2.
            values: ``(n,)`` finite numbers, higher is better.
            unlabeled: architectures without values; predictors that cannot use them ignore them.

        Returns:
            The fitted predictor itself.

        Raises:
            SettingsError: if lengths differ, values are not finite, or too few came.
        """

    def fit_pseudo(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures,
        pseudo: NDArray[np.float64],
    ) -> Self:
        """Learn from labels and pseudo-labels together.

        Here: from scratch, a pseudo-label like a label. Predictors that are taught step by
        step go on from what they have learnt instead.

        Args:
            archs: ``n`` labelled architectures.
            values: ``(n,)`` finite numbers, higher is better.
            unlabeled: ``m`` architectures without values.
            pseudo: ``(m,)`` values that were predicted for them.

        Returns:
            The fitted predictor itself.
        """
        both = np.concatenate([self.space.choices(archs), self.space.choices(unlabeled)])
        return self.fit(both, np.concatenate([np.asarray(values, dtype=np.float64), pseudo]))

    @abstractmethod
    def predict(self, archs: Architectures) -> Prediction:
        """Predict mean and spread, ``(n,)`` each; raises `SettingsError` before `fit`."""

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and spread on the scale on which it learns, ``(n,)`` each.

        Scores rise with values. Accuracies have a long tail below, where a spread in points
        says little about the chance to be the best; on the scale of ranks it says more. Here,
        the scale is that of the values.

        Raises:
            SettingsError: before `fit`.
        """
        return self.predict(archs)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values on the scale of `predict_scores`, same shape."""
        return values

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Draw values that are plausible after what was learnt, for Thompson sampling.

        Here: normal numbers around the mean, as far off as the spread says, each architecture
        on its own. Ensembles give what their members think, which keeps what architectures
        have in common.

        Args:
            archs: ``n`` architectures.
            count: rows that are wanted; an ensemble may give another number.

        Returns:
            ``(count, n)``; each row orders the architectures in one plausible way.

        Raises:
            SettingsError: before `fit`.
        """
        mean, spread = self.predict(archs)
        return mean + spread * self.rng.standard_normal((count, len(mean)))
