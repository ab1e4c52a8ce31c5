"""An ensemble of small multilayer perceptrons on standardised columns.

Source:
    Perceptrons: Rumelhart, Hinton and Williams, Nature 323, 1986. Ensembles of networks whose
    deviation is the spread: Lakshminarayanan et al., NeurIPS 2017, arXiv 1612.01474. Deviations:
    members also learn from other labels, which calibrates their deviation; no adversarial
    examples, no variance output.
"""

from __future__ import annotations

from functools import cached_property

import torch

from archscout._common.settings import Flag
from archscout.predictors._parts import ranges
from archscout.predictors._parts.columns import ColumnKind, Columns
from archscout.predictors._parts.perceptron import Perceptron
from archscout.predictors._parts.teaching import teach
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

# Architectures a block: a pool of a search in one, so that its columns are kept from call to call.
_BLOCK = 16_384


@parameters
class MLP(Predictor):
    """The mean of several perceptrons; where they differ, it knows little.

    Its mean is the value of the members' mean score, its spread the deviation of their values, and
    its draws are the values that each member sees. Unlabeled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        columns: what the perceptrons see; see `Columns`.
        loss: ``"squared"``, ``"pairwise-logistic"``, ``"pairwise-hinge"`` or ``"listwise"``.
        target: ``"rank"`` for normal scores of the labels' ranks, or ``"z-score"``.
        members: perceptrons, 1 or more; with 1 the spread is 0.
        hidden: units of each inner layer, 1 or more.
        layers: inner layers, 0 or more; with none it is a linear model.
        dropout: share of the inner units that is dropped while it learns, from 0 to below 1.
        resample: whether each member leaves out two parts of the labels and weighs the others at
            random; what they miss the left-out ones by widens their deviation.
        steps: most gradient steps, 1 or more; 3 a label where that is less.
        batch: labels of a step, 2 or more.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.

    Examples:
        >>> import numpy as np
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> mlp = MLP(space, rng, steps=50).fit(archs, convolutions)
        >>> many, none = mlp.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    columns: ColumnKind = "properties"
    loss: ranges.LossName = "listwise"
    target: ranges.TargetName = "rank"
    members: ranges.OneOrMore = 12
    hidden: ranges.OneOrMore = 64
    layers: ranges.NoneOrMore = 2
    dropout: ranges.ShareBelowOne = 0.0
    resample: Flag = True
    steps: ranges.OneOrMore = 400
    batch: ranges.TwoOrMore = 512
    learning_rate: ranges.AboveZero = 0.01
    weight_decay: ranges.NotNegative = 0.1

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        inputs = self._columns.fit(choices).encode(choices[:1]).shape[1]
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        network = Perceptron(
            members=self.members,
            widths=(inputs, *[self.hidden] * self.layers),
            dropout=self.dropout,
            generator=generator,
        )
        self.ensemble_ = teach(self, network, generator, choices, values, block=_BLOCK)

    def _predict(self, choices: Choices) -> Posterior:
        return self.ensemble_.posterior(choices)

    @cached_property
    def _columns(self) -> Columns:
        # Kept from fit to fit: a search predicts the same pool again and again.
        return Columns(self.space, self.columns)

    def _encode(self, choices: Choices) -> tuple[torch.Tensor, ...]:
        return (torch.from_numpy(self._columns.encode(choices)),)
