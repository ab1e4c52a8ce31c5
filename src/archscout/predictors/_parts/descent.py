"""The training loop of the network predictors: some steps of Adam down a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor


def descend(
    parameters: Iterable[Tensor],
    loss: Callable[[int], Tensor],
    steps: int,
    *,
    learning_rate: float,
    weight_decay: float = 0.0,
    clip: float = 0.0,
    decoupled_decay: bool = True,
    one_cycle: bool = True,
) -> None:
    """Take ``steps`` steps down ``loss``; the parameters change in place.

    ``loss`` is called with the number of the step, 0 first. ``clip`` is the largest norm of the
    gradient, 0 for no limit; ``decoupled_decay`` takes AdamW instead of Adam with an L2 term;
    with ``one_cycle`` the learning rate rises to ``learning_rate`` and falls over the steps.
    """
    learnt = list(parameters)
    kind = torch.optim.AdamW if decoupled_decay else torch.optim.Adam
    optimizer = kind(learnt, lr=learning_rate, weight_decay=weight_decay, foreach=True)
    schedule = None
    if one_cycle and steps > 1:
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps)
    for step in range(steps):
        optimizer.zero_grad()
        loss(step).backward()  # type: ignore[no-untyped-call]
        if clip:
            torch.nn.utils.clip_grad_norm_(learnt, clip)
        optimizer.step()
        if schedule is not None:
            schedule.step()
