"""How the members of the plain network predictors are taught: loss, target, schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.losses import LOSSES
from archscout.predictors._parts.members import deal_left_out
from archscout.predictors._parts.ranges import LossName, TargetName
from archscout.predictors._parts.scaling import make_scaling
from archscout.predictors._parts.trained_ensemble import TrainedEnsemble
from archscout.predictors._posterior import Floats
from archscout.spaces.base import Choices

_STEPS_A_LABEL = 3


class Pupil(Protocol):
    """A predictor whose parameters say how its network is taught.

    ``target`` is ``"rank"`` for normal scores of the labels' ranks, ``"z-score"`` for values less
    their mean, over their deviation; a loss of the order alone learns the same from both.
    ``steps`` are 3 a label where that is less, because the order of few labels is soon learnt.
    Without ``resample`` members differ by their initial weights alone, and their deviation is not
    widened.
    """

    rng: np.random.Generator
    loss: LossName
    target: TargetName
    members: int
    resample: bool
    steps: int
    batch: int
    learning_rate: float
    weight_decay: float

    def _encode(self, choices: Choices) -> tuple[Tensor, ...]: ...


def teach(
    pupil: Pupil,
    network: nn.Module,
    generator: torch.Generator,
    choices: Choices,
    values: Floats,
    *,
    block: int,
) -> TrainedEnsemble:
    """Teach labels ``(n,)`` of choices ``(n, positions)``; the weights change in place.

    The network gives raw scores ``(members, n)`` of what the pupil encodes; ``generator`` draws
    the batches, and ``block`` architectures are scored at once when the ensemble predicts.
    """
    encode = pupil._encode
    scaling = make_scaling(pupil.target, values)
    targets = torch.from_numpy(scaling.forward(values).astype(np.float32))[None]
    weights, left_out = member_weights(
        pupil.rng, pupil.members, len(values), resample=pupil.resample
    )
    missed, inputs = LOSSES[pupil.loss], encode(choices)
    batches = _batches(len(values), pupil.batch, generator)

    def step(number: int) -> Tensor:
        rows = next(batches)
        scores = network(*(part[rows] for part in inputs))
        # The sum keeps members independent.
        return missed(scores, targets[:, rows], weights[:, rows]).sum()

    network.train()
    descend(
        network.parameters(),
        step,
        min(pupil.steps, _STEPS_A_LABEL * len(values)),
        learning_rate=pupil.learning_rate,
        weight_decay=pupil.weight_decay,
    )
    network.eval()
    ensemble = TrainedEnsemble(network, encode, pupil.members, scaling, block)
    ensemble.calibrate(choices, values, by_order=pupil.loss != "squared", left_out=left_out)
    return ensemble


def member_weights(
    rng: np.random.Generator, members: int, labels: int, *, resample: bool = True
) -> tuple[Tensor, NDArray[np.bool_]]:
    """Weights of the labels ``(m, n)``, and which of them members leave out ``(members, n)``.

    Each member leaves out two parts of the labels (see `deal_left_out`) and weighs the others by
    numbers drawn from an exponential distribution, a Bayesian bootstrap; without ``resample`` all
    weigh the same for all, and ``m`` is 1.
    """
    if not resample:
        return torch.ones((1, labels)), np.zeros((members, labels), dtype=np.bool_)
    left_out = deal_left_out(rng, members, labels)
    drawn = rng.exponential(size=left_out.shape) * ~left_out
    return torch.from_numpy(drawn.astype(np.float32)), left_out


def _batches(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Rows of one batch after another, without end; all rows where they fit in one."""
    everything = torch.arange(count)
    while True:
        if count <= size:
            yield everything
            continue
        order = torch.randperm(count, generator=generator)
        # Equal parts: a last batch of one label would have no order to learn.
        yield from order.tensor_split(-(-count // size))
