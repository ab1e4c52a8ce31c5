"""How the members of the plain network predictors are taught: loss, target, schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.errors import SettingsError, unknown_name
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.left_out import deal_left_out
from archscout.predictors._parts.losses import find_loss
from archscout.predictors._parts.scaling import make_scaling
from archscout.predictors._parts.taught_members import Encode, TaughtMembers
from archscout.spaces.base import Choices

_STEPS_A_LABEL = 3
_TARGETS = ("rank", "z-score")


@dataclass(frozen=True)
class Teaching:
    """How members are taught.

    Args:
        loss: a name of `archscout.predictors._parts.losses.LOSSES`.
        target: ``"rank"`` for normal scores of the labels' ranks, ``"z-score"`` for values less
            their mean, over their deviation. A loss of the order alone learns the same from both.
        steps: most gradient steps, 1 or more; 3 a label where that is less, because the order
            of few labels is soon learnt.
        batch: labels of a step, 2 or more; all of them where there are no more.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.
        resample: whether each member learns from labels of its own: it leaves out two parts of
            them (see `archscout.predictors._parts.left_out`) and weighs the others by numbers drawn
            from an exponential distribution, a Bayesian bootstrap. Otherwise members differ by
            their initial weights alone, and their deviation is not widened.

    Raises:
        UnknownNameError: if there is no such loss or target.
        SettingsError: if a number is out of range.
    """

    loss: str
    target: str
    steps: int
    batch: int
    learning_rate: float
    weight_decay: float
    resample: bool

    def __post_init__(self) -> None:
        find_loss(self.loss)
        if self.target not in _TARGETS:
            raise unknown_name("target", str(self.target), _TARGETS)
        if self.steps < 1 or self.batch < 2 or self.learning_rate <= 0 or self.weight_decay < 0:
            raise SettingsError(
                f"got steps={self.steps}, batch={self.batch}, "
                f"learning_rate={self.learning_rate}, weight_decay={self.weight_decay}, expected "
                "at least 1 step, 2 labels a batch, a learning rate above 0 and no decay below 0"
            )


def teach(
    network: nn.Module,
    encode: Encode,
    choices: Choices,
    values: NDArray[np.float64],
    teaching: Teaching,
    *,
    members: int,
    rng: np.random.Generator,
    generator: torch.Generator,
    block: int,
) -> TaughtMembers:
    """Teach a network labels; its weights change in place.

    Args:
        network: gives raw scores ``(members, n)`` of what ``encode`` makes.
        encode: see `Encode`.
        choices: ``(n, positions)`` of the labels.
        values: ``(n,)`` labels.
        teaching: loss, target and schedule.
        members: number of members.
        rng: draws which labels each member sees.
        generator: draws the batches.
        block: architectures that are scored at once when it predicts.

    Returns:
        The taught members, who predict values.
    """
    scaling = make_scaling(teaching.target, values)
    targets = torch.from_numpy(scaling.forward(values).astype(np.float32))[None]
    weights, left_out = torch.ones((1, len(values))), None
    if teaching.resample:
        left_out = deal_left_out(rng, members, len(values))
        drawn = rng.exponential(size=left_out.shape) * ~left_out
        weights = torch.from_numpy(drawn.astype(np.float32))
    loss, inputs = find_loss(teaching.loss), encode(choices)
    batches = _batches(len(values), teaching.batch, generator)

    def step(number: int) -> Tensor:
        rows = next(batches)
        scores = network(*(part[rows] for part in inputs))
        # The sum keeps members independent.
        return loss(scores, targets[:, rows], weights[:, rows]).sum()

    network.train()
    descend(
        network.parameters(),
        step,
        min(teaching.steps, _STEPS_A_LABEL * len(values)),
        learning_rate=teaching.learning_rate,
        weight_decay=teaching.weight_decay,
    )
    network.eval()
    taught = TaughtMembers(network, encode, members, scaling, block)
    if teaching.loss != "squared":
        taught.match(choices, values)
    if left_out is not None:
        taught.widen(choices, values, left_out)
    return taught


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
