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

    ``widths`` holds the number of inputs, then the units of each inner layer.
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
