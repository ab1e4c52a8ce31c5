"""The one loop that teaches an encoder-predictor-decoder.

The loss of a step is, as in NAO and SemiNAS,
``trade_off * squared error of values + (1 - trade_off) * negative log-likelihood of tokens``;
rows without a value take part in the second term alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

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
    labels: Batch, others: Batch, steps: int, size: int, generator: torch.Generator
) -> Iterator[Batch]:
    """All labels in every step, with ``size`` rows drawn from the others."""
    for _ in range(steps):
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
) -> int:
    """Teach a network with a new optimiser; returns the number of steps taken.

    Args:
        network: a `Network`; its weights change in place, and it is left in eval mode.
        table: the encoded architectures that the batches point into.
        batches: what to learn from, step by step.
        steps: number of batches, for the learning rate schedule.
        preset: learning rate, decay, clipping and the weights of the losses.
    """
    kind = torch.optim.AdamW if preset.decoupled_decay else torch.optim.Adam
    optimizer = kind(
        network.parameters(),
        lr=preset.learning_rate,
        weight_decay=preset.weight_decay,
        foreach=True,
    )
    schedule = None
    if preset.one_cycle and steps > 1:
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, preset.learning_rate, total_steps=steps
        )
    network.train()
    taken = 0
    for batch in batches:
        optimizer.zero_grad()
        loss_of(network, table, batch, preset).backward()  # type: ignore[no-untyped-call]
        if preset.clip:
            nn.utils.clip_grad_norm_(network.parameters(), preset.clip)
        optimizer.step()
        if schedule is not None:
            schedule.step()
        taken += 1
    network.eval()
    return taken


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
