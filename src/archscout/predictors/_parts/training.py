"""How an encoder-predictor-decoder is taught: its batches and its loss.

The loss of a step is, as in NAO and SemiNAS,
``trade_off * squared error of values + (1 - trade_off) * negative log-likelihood of tokens``;
rows without a value take part in the second term alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.network import Table
from archscout.predictors._parts.presets import Preset


class Batch(NamedTuple):
    """One step: rows of the table ``(n,)``, target scores ``(m, n)``, weights ``(m, n)``.

    ``m`` is 1 or the number of members; a weight of 0 means that the row has no value.
    """

    rows: Tensor
    scores: Tensor
    weights: Tensor


def shuffled_passes(
    rows: Tensor, scores: Tensor, size: int, generator: torch.Generator
) -> Iterator[Batch]:
    """Shuffled passes without end over rows that all have a score ``(n,)``, ``size`` at a time."""
    while True:
        for picked in torch.randperm(len(rows), generator=generator).split(size):  # type: ignore[no-untyped-call]
            part = scores[None, picked]
            yield Batch(rows[picked], part, torch.ones_like(part))


def mixed_steps(
    labels: Batch, others: Batch, size: int, generator: torch.Generator
) -> Iterator[Batch]:
    """All labels in every step, with ``size`` rows drawn from the others, without end."""
    while True:
        if len(others.rows) == 0 or size == 0:
            yield labels
            continue
        drawn = torch.randint(len(others.rows), (size,), generator=generator)
        yield Batch(
            torch.cat([labels.rows, others.rows[drawn]]),
            _side_by_side(labels.scores, others.scores[:, drawn]),
            _side_by_side(labels.weights, others.weights[:, drawn]),
        )


def _side_by_side(first: Tensor, second: Tensor) -> Tensor:
    """Join ``(m, n)`` and ``(m, k)`` to ``(m, n + k)``, where either ``m`` may be 1."""
    members = max(len(first), len(second))
    return torch.cat([first.expand(members, -1), second.expand(members, -1)], dim=1)


def train(
    network: nn.Module, table: Table, batches: Iterator[Batch], steps: int, preset: Preset
) -> None:
    """Teach a network, such as `FlowNetwork`, in place, and leave it in eval mode."""
    network.train()
    descend(
        network.parameters(),
        lambda step: loss_of(network, table, next(batches), preset),
        steps,
        learning_rate=preset.learning_rate,
        weight_decay=preset.weight_decay,
        clip=preset.clip,
        decoupled_decay=preset.decoupled_decay,
        one_cycle=preset.one_cycle,
    )
    network.eval()


def loss_of(network: nn.Module, table: Table, batch: Batch, preset: Preset) -> Tensor:
    """The loss of one batch, summed over members so that they stay independent."""
    embedding = network.embed(table, batch.rows)  # type: ignore[operator]
    error = batch.weights * (network.value(embedding) - batch.scores) ** 2  # type: ignore[operator]
    total = batch.weights.expand_as(error).sum(dim=1).clamp_min(1e-6)
    values: Tensor = (error.sum(dim=1) / total).sum()
    written: Tensor = network.reconstruction(embedding, table.tokens[batch.rows])  # type: ignore[operator]
    rest = written
    if preset.structure:
        missed = (network.structure(embedding) - table.structure[batch.rows]) ** 2  # type: ignore[operator]
        rest = rest + preset.structure * missed.mean(dim=(1, 2)).sum()
    return preset.trade_off * values + (1 - preset.trade_off) * rest
