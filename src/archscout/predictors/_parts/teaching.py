"""How the members of the plain network predictors are taught: loss, target, schedule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.left_out import deal_left_out
from archscout.predictors._parts.losses import LOSSES
from archscout.predictors._parts.ranges import LossName, TargetName
from archscout.predictors._parts.scaling import make_scaling
from archscout.predictors._parts.trained_ensemble import Encode, TrainedEnsemble
from archscout.spaces.base import Choices

_STEPS_A_LABEL = 3


def teach(
    network: nn.Module,
    encode: Encode,
    choices: Choices,
    values: NDArray[np.float64],
    *,
    loss: LossName,
    target: TargetName,
    steps: int,
    batch: int,
    learning_rate: float,
    weight_decay: float,
    resample: bool,
    members: int,
    rng: np.random.Generator,
    generator: torch.Generator,
    block: int,
) -> TrainedEnsemble:
    """Teach a network labels; its weights change in place.

    Args:
        network: gives raw scores ``(members, n)`` of what ``encode`` makes.
        encode: see `Encode`.
        choices: ``(n, positions)`` of the labels.
        values: ``(n,)`` labels.
        loss: a name of `LOSSES`.
        target: ``"rank"`` for normal scores of the labels' ranks, ``"z-score"`` for values less
            their mean, over their deviation. A loss of the order alone learns the same from both.
        steps: most gradient steps; 3 a label where that is less, because the order of few labels
            is soon learnt.
        batch: labels of a step; all of them where there are no more.
        learning_rate: highest learning rate.
        weight_decay: decoupled weight decay.
        resample: whether each member learns from labels of its own; see `member_weights`.
            Otherwise members differ by their initial weights alone, and their deviation is not
            widened.
        members: number of members.
        rng: draws which labels each member sees.
        generator: draws the batches.
        block: architectures that are scored at once when it predicts.

    Returns:
        The trained members, who predict values.
    """
    scaling = make_scaling(target, values)
    targets = torch.from_numpy(scaling.forward(values).astype(np.float32))[None]
    weights, left_out = member_weights(rng, members, len(values), resample=resample)
    missed, inputs = LOSSES[loss], encode(choices)
    batches = _batches(len(values), batch, generator)

    def step(number: int) -> Tensor:
        rows = next(batches)
        scores = network(*(part[rows] for part in inputs))
        # The sum keeps members independent.
        return missed(scores, targets[:, rows], weights[:, rows]).sum()

    network.train()
    descend(
        network.parameters(),
        step,
        min(steps, _STEPS_A_LABEL * len(values)),
        learning_rate=learning_rate,
        weight_decay=weight_decay,
    )
    network.eval()
    ensemble = TrainedEnsemble(network, encode, members, scaling, block)
    ensemble.calibrate(choices, values, by_order=loss != "squared", left_out=left_out)
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
