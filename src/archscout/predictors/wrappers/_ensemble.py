"""An ensemble of any predictor, each taught on a resample of the labels.

Source:
    Resampled labels: Breiman, Bagging Predictors, Machine Learning 24, 1996. Mean and spread of
    a mixture of predictions: Lakshminarayanan et al., NeurIPS 2017, arXiv 1612.01474.
    Deviation: by default members leave parts of the labels out instead of drawing with
    replacement, because few labels leave little to learn from once a third of them is gone.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._parts.members import FEWEST_LABELS
from archscout.predictors._parts.ranges import TwoOrMore
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, PredictorFactory, parameters
from archscout.predictors.mlp import MLP
from archscout.spaces.base import Choices


@parameters
class Ensemble(Predictor):
    """The mean of several predictors; its spread holds theirs and how far they differ.

    A draw is the mean of one member.

    Args:
        space: the search space.
        rng: the only source of randomness.
        make: makes a member, from space and generator; None for `MLP`.
        members: number of predictors, 2 or more.
        resample: ``"leave-out"`` deals the labels into as many parts as there are members, each
            of which leaves one out; ``"bootstrap"`` draws as many labels as there are, with
            replacement, for each member; ``"none"`` gives all labels to all.

    Attributes:
        predictors: the members, made when they are first asked for.

    Examples:
        >>> from archscout.predictors import Forest
        >>> from archscout.spaces import load_space
        >>> def make(space, rng):
        ...     return Forest(space, rng, trees=10)
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 20)
        >>> ensemble = Ensemble(space, rng, make=make, members=3).fit(archs, archs.sum(axis=1))
        >>> ensemble.predict(archs[:4]).draws(1).shape
        (3, 4)
    """

    make: PredictorFactory | None = None
    members: TwoOrMore = 5
    resample: Literal["leave-out", "bootstrap", "none"] = "leave-out"

    @cached_property
    def predictors(self) -> list[Predictor]:
        """The members."""
        return [(self.make or MLP)(self.space, self.rng) for _ in range(self.members)]

    def check(self) -> None:
        """Refuse members also with which none could learn."""
        super().check()
        self.predictors[0].check()

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        self._deal(len(choices))
        for predictor, kept in zip(self.predictors, self.rows_, strict=True):
            predictor.fit(choices[kept], values[kept], unlabeled)

    def _fit_pseudo(
        self, choices: Choices, values: Floats, unlabeled: Choices, pseudo: Floats
    ) -> None:
        # A common guess for all would make them agree, and agreement without labels is false
        # certainty: each keeps its distance from their mean.
        means = self.predict(unlabeled).draws(self.members)
        guesses = pseudo + means - means.mean(axis=0)
        if len(choices) != self.labels_:
            self._deal(len(choices))
            self.labels_ = len(choices)
        for predictor, kept, guess in zip(self.predictors, self.rows_, guesses, strict=True):
            predictor.fit_pseudo(choices[kept], values[kept], unlabeled, guess)

    def _predict(self, choices: Choices) -> Posterior:
        said = [predictor.predict(choices) for predictor in self.predictors]

        def moments() -> tuple[Floats, Floats]:
            means = np.stack([member.mean for member in said])
            within = np.stack([member.spread for member in said]) ** 2
            return means.mean(axis=0), np.sqrt(within.mean(axis=0) + means.var(axis=0))

        return Posterior.lazily(
            moments, draw=lambda count, rng: np.stack([member.mean for member in said])
        )

    def _deal(self, labels: int) -> None:
        self.rows_ = resampled_rows(self.rng, labels, self.members, self.resample)


def resampled_rows(
    rng: np.random.Generator, labels: int, members: int, resample: str
) -> list[NDArray[np.int64]]:
    """Rows of the labels that each member learns from; see `Ensemble`.

    Nothing is left out of fewer than 6 labels, and a bootstrap holds two different ones.
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
