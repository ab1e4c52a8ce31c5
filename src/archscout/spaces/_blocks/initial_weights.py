"""Initial weights of networks, drawn from a generator of the caller's."""

from __future__ import annotations

import math

import torch
from torch import nn


def draw_weights(network: nn.Module, generator: torch.Generator) -> None:
    """Draw all initial weights anew from a generator, as PyTorch's own defaults do.

    Convolutions and the classifier are uniform within one over the square root of their fan-in;
    batch norms start at scale one and shift zero, which needs no drawing.
    """
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = 1 / math.sqrt(module.weight[0].numel())
                module.weight.uniform_(-bound, bound, generator=generator)
                if module.bias is not None:
                    module.bias.uniform_(-bound, bound, generator=generator)
