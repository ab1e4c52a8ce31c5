"""Multilayer perceptrons that give one score, all members of an ensemble in one batch.

Source:
    Rumelhart, Hinton and Williams, Learning Representations by Back-Propagating Errors,
    Nature 323, 1986.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from archscout.predictors._parts.network import dropout, uniform


class Perceptron(nn.Module):
    """``members`` independent perceptrons with rectified inner layers and one output.

    Args:
        members: copies, each with weights of its own.
        widths: the number of inputs, then the units of each inner layer.
        dropout: share of the inner units that is dropped while it learns, 0..1.
        generator: draws the initial weights and the dropout.

    Examples:
        >>> generator = torch.Generator().manual_seed(0)
        >>> network = Perceptron(members=3, widths=(5, 8), dropout=0.0, generator=generator)
        >>> network(torch.zeros(10, 5)).shape
        torch.Size([3, 10])
    """

    def __init__(
        self, *, members: int, widths: Sequence[int], dropout: float, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.members, self.dropout, self.generator = members, dropout, generator
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for inputs, outputs in zip(widths, (*widths[1:], 1), strict=True):
            scale = inputs**-0.5
            self.weights.append(uniform((members, inputs, outputs), scale, generator))
            self.biases.append(uniform((members, 1, outputs), scale, generator))

    def forward(self, inputs: Tensor) -> Tensor:
        """Scores ``(members, n)`` of inputs ``(n, f)`` or ``(members, n, f)``."""
        carried = inputs.expand(self.members, -1, -1)
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if layer:
                carried = dropout(torch.relu(carried), self.dropout, self.training, self.generator)
            carried = torch.baddbmm(bias, carried, weight)
        return carried[..., 0]
