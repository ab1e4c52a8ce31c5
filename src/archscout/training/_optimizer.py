"""The optimiser: stochastic gradient descent with momentum, one pass over all weights a step."""

from __future__ import annotations

import torch
from torch import nn

from archscout.training.settings import TrainSettings


def make_optimizer(network: nn.Module, settings: TrainSettings) -> torch.optim.SGD:
    """Make the optimiser of a network.

    Weights without a gradient, those off the path of a step, do not move in that step: neither
    by momentum nor by decay. The fused update needs a momentum for every weight before the
    first step, because it does not know weights that have none yet; zeros change nothing.
    """
    named = list(network.named_parameters())
    if settings.decay_all:
        decaying, other = [weight for _, weight in named], []
    else:
        decaying = [weight for _, weight in named if weight.dim() > 1]
        other = [weight for _, weight in named if weight.dim() <= 1]
    groups = [
        {"params": weights, "weight_decay": decay}
        for weights, decay in ((decaying, settings.weight_decay), (other, 0.0))
        if weights
    ]
    optimizer = torch.optim.SGD(
        groups,
        lr=settings.learning_rate,
        momentum=settings.momentum,
        nesterov=settings.nesterov,
        fused=True,
    )
    if settings.momentum:
        for _, weight in named:
            optimizer.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
    return optimizer


def momenta(network: nn.Module, optimizer: torch.optim.SGD) -> dict[str, torch.Tensor]:
    """The momentum of every weight, by the weight's name; none without momentum."""
    return {
        name: optimizer.state[weight]["momentum_buffer"]
        for name, weight in network.named_parameters()
        if "momentum_buffer" in optimizer.state[weight]
    }


def update(network: nn.Module, optimizer: torch.optim.SGD, settings: TrainSettings) -> None:
    """Clip the gradients if the settings ask for it, and take one step."""
    if settings.clip_norm is not None:
        nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm, foreach=True)
    elif settings.clip_value is not None:
        nn.utils.clip_grad_value_(network.parameters(), settings.clip_value, foreach=True)
    optimizer.step()
