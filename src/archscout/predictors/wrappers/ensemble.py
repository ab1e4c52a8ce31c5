"""An ensemble of any predictor, each taught on a resample of the labels.

Source:
    Resampled labels: Breiman, Bagging Predictors, Machine Learning 24, 1996. Mean and spread of
    a mixture of predictions: Lakshminarayanan et al., NeurIPS 2017, arXiv 1612.01474.
    Deviation: by default members leave parts of the labels out instead of drawing with
    replacement, because few labels leave little to learn from once a third of them is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError, unknown_name
from archscout.predictors._parts.checks import guessed, labelled
from archscout.predictors._parts.left_out import FEWEST_LABELS
from archscout.predictors.base import Prediction, Predictor
from archscout.predictors.mlp import MLP
from archscout.predictors.wrappers.pseudo_labels import PredictorFactory
from archscout.spaces.base import Architectures, SearchSpace

_RESAMPLES = ("leave-out", "bootstrap", "none")


class Ensemble(Predictor):
    """The mean of several predictors; its spread holds theirs and how far they differ.

    Args:
        space: the search space.
        rng: the only source of randomness.
        make: makes a member, from space and generator; None for `MLP`.
        members: number of predictors, 2 or more.
        resample: ``"leave-out"`` deals the labels into as many parts as there are members, each
            of which leaves one out; ``"bootstrap"`` draws as many labels as there are, with
            replacement, for each member; ``"none"`` gives all labels to all.

    Attributes:
        predictors: the members.

    Raises:
        UnknownNameError: if there is no such resample.
        SettingsError: if there are fewer than 2 members.

    Examples:
        >>> from archscout.predictors.forest import Forest
        >>> from archscout.spaces import load_space
        >>> def make(space, rng):
        ...     return Forest(space, rng, trees=10)
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 20)
        >>> ensemble = Ensemble(space, rng, make=make, members=3).fit(archs, archs.sum(axis=1))
        >>> ensemble.draws(archs[:4], 1).shape
        (3, 4)
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        make: PredictorFactory | None = None,
        members: int = 5,
        resample: Literal["leave-out", "bootstrap", "none"] = "leave-out",
    ) -> None:
        super().__init__(space, rng)
        if members < 2:
            raise SettingsError(f"got members={members}, expected 2 or more: one alone needs none")
        if resample not in _RESAMPLES:
            raise unknown_name("resample", str(resample), _RESAMPLES)
        self.resample = resample
        self.predictors = [(make or MLP)(space, rng) for _ in range(members)]
        self._rows: list[NDArray[np.int64]] = []
        self._labels = 0

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Fit every member anew on its resample; all see all unlabelled architectures."""
        choices, numbers = labelled(self.space, archs, values)
        others = None if unlabeled is None else self.space.choices(unlabeled)
        rows = resampled_rows(self.rng, len(choices), len(self.predictors), self.resample)
        for predictor, kept in zip(self.predictors, rows, strict=True):
            predictor.fit(choices[kept], numbers[kept], others)
        self._rows, self._labels = rows, len(choices)
        return self

    def fit_pseudo(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures,
        pseudo: NDArray[np.float64],
    ) -> Self:
        """Let every member learn from its labels and from pseudo-labels.

        A common guess for all would make them agree, and agreement without labels is false
        certainty: each keeps its distance from their mean.

        Raises:
            SettingsError: before `fit`, or if there is not one finite pseudo-label for each
                unlabelled architecture.
        """
        choices, numbers = labelled(self.space, archs, values)
        others = self.space.choices(unlabeled)
        pseudo = guessed(pseudo, len(others))
        means = self.draws(others, len(self.predictors))
        guesses = pseudo + means - means.mean(axis=0)
        if len(choices) != self._labels:
            members = len(self.predictors)
            self._rows = resampled_rows(self.rng, len(choices), members, self.resample)
            self._labels = len(choices)
        for predictor, kept, guess in zip(self.predictors, self._rows, guesses, strict=True):
            predictor.fit_pseudo(choices[kept], numbers[kept], others, guess)
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Mean of the members' means, and the deviation of the mixture of the members."""
        predictions = self._ask(archs)
        means = np.stack([member.mean for member in predictions])
        within = np.stack([member.spread for member in predictions]) ** 2
        return Prediction(means.mean(axis=0), np.sqrt(within.mean(axis=0) + means.var(axis=0)))

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """The mean of each member, ``(members, n)``."""
        return np.stack([member.mean for member in self._ask(archs)])

    def _ask(self, archs: Architectures) -> list[Prediction]:
        if not self._rows:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        choices = self.space.choices(archs)
        return [predictor.predict(choices) for predictor in self.predictors]


def resampled_rows(
    rng: np.random.Generator, labels: int, members: int, resample: str
) -> list[NDArray[np.int64]]:
    """Rows of the labels that each member learns from; see `Ensemble`.

    Nothing is left out of fewer than 6 labels, and a bootstrap holds two different ones.

    Args:
        rng: draws the rows.
        labels: number of labels, 2 or more.
        members: number of members.
        resample: ``"leave-out"``, ``"bootstrap"`` or ``"none"``.

    Examples:
        >>> rows = resampled_rows(np.random.default_rng(0), 6, 3, "leave-out")
        >>> [len(kept) for kept in rows]
        [4, 4, 4]
    """
    everything = np.arange(labels)
    if resample == "bootstrap":
        rows = [rng.integers(labels, size=labels) for _ in range(members)]
        for kept in rows:
            if (kept == kept[0]).all():
                kept[0] = (kept[0] + 1) % labels
        return rows
    if resample == "none" or labels < FEWEST_LABELS:
        return [everything] * members
    part = rng.permutation(labels) % members
    return [everything[part != member] for member in range(members)]
