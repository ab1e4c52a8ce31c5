"""An ensemble of small multilayer perceptrons on standardised columns.

Source:
    Perceptrons: Rumelhart, Hinton and Williams, Nature 323, 1986. Ensembles of networks whose
    deviation is the spread: Lakshminarayanan et al., NeurIPS 2017, arXiv 1612.01474. Deviations:
    members also learn from other labels, which calibrates their deviation; no adversarial
    examples, no variance output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.columns import ColumnKind, Columns
from archscout.predictors._parts.perceptron import Perceptron
from archscout.predictors._parts.taught_members import TaughtMembers
from archscout.predictors._parts.teaching import Teaching, teach
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

# Architectures a block: a pool of a search in one, so that its columns are kept from call to call.
_BLOCK = 16_384


class MLP(Predictor):
    """The mean of several perceptrons; where they differ, it knows little.

    Unlabelled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        columns: what the perceptrons see; see `Columns`.
        loss: a name of `archscout.predictors._parts.losses.LOSSES`.
        target: ``"rank"`` or ``"z-score"``; see `Teaching`.
        members: perceptrons, 1 or more; with 1 the spread is 0.
        hidden: units of each inner layer, 1 or more.
        layers: inner layers, 0 or more; with none it is a linear model.
        dropout: share of the inner units that is dropped while it learns, from 0 to below 1.
        resample: whether each member learns from labels of its own; see `Teaching`.
        steps: most gradient steps, 1 or more; see `Teaching`.
        batch: labels of a step, 2 or more.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.

    Raises:
        UnknownNameError: if there are no such columns, loss or target.
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> mlp = MLP(space, rng, steps=50).fit(archs, convolutions)
        >>> many, none = mlp.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        columns: ColumnKind = "properties",
        loss: str = "listwise",
        target: str = "rank",
        members: int = 12,
        hidden: int = 64,
        layers: int = 2,
        dropout: float = 0.0,
        resample: bool = True,
        steps: int = 400,
        batch: int = 512,
        learning_rate: float = 0.01,
        weight_decay: float = 0.1,
    ) -> None:
        super().__init__(space, rng)
        if members < 1 or hidden < 1 or layers < 0 or not 0 <= dropout < 1:
            raise SettingsError(
                f"got members={members}, hidden={hidden}, layers={layers}, dropout={dropout}, "
                "expected at least 1 member and 1 hidden unit, no fewer than 0 layers and a "
                "dropout from 0 to below 1"
            )
        self.members, self.hidden, self.layers, self.dropout = members, hidden, layers, dropout
        self.teaching = Teaching(loss, target, steps, batch, learning_rate, weight_decay, resample)
        self.columns = Columns(space, columns)
        self._learnt: TaughtMembers | None = None

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Teach all members anew."""
        choices, numbers = labelled(self.space, archs, values)
        if unlabeled is not None:
            self.space.choices(unlabeled)
        inputs = self.columns.fit(choices).encode(choices[:1]).shape[1]
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        network = Perceptron(
            members=self.members,
            widths=(inputs, *[self.hidden] * self.layers),
            dropout=self.dropout,
            generator=generator,
        )
        self._learnt = teach(
            network,
            self._encode,
            choices,
            numbers,
            self.teaching,
            members=self.members,
            rng=self.rng,
            generator=generator,
            block=_BLOCK,
        )
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the members' mean score, and the deviation of their values as the spread."""
        return self._fitted().predict(self.space.choices(archs))

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and widened deviation of the members' scores."""
        return self._fitted().predict_scores(self.space.choices(archs))

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Target scores of values."""
        return self._fitted().scores_of(values)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values as each member sees them, ``(members, n)``."""
        return self._fitted().draws(self.space.choices(archs))

    def _fitted(self) -> TaughtMembers:
        if self._learnt is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._learnt

    def _encode(self, choices: Choices) -> tuple[torch.Tensor, ...]:
        return (torch.from_numpy(self.columns.encode(choices)),)
