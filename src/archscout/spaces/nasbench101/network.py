"""The NAS-Bench-101 network in PyTorch; imported only when a network is built.

Source: NAS-Bench-101 (Ying et al., ICML 2019, arXiv 1902.09635), section 2 and supplement S.1;
the initialisation and the constants of batch norm are those of its released training code.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from archscout.spaces.nasbench101.cell import EDGES, OPERATIONS, VERTICES, edge_place
from archscout.spaces.nasbench101.costs import IMAGE_CHANNELS, STACKS

# TensorFlow's momentum of 0.997 keeps the old average; PyTorch's weighs the new batch.
_MOMENTUM = 1 - 0.997
# A normal distribution cut at two standard deviations has this standard deviation.
_CUT_DEVIATION = 0.8796256610342398


class ConvNormReLU(nn.Sequential):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs, momentum=_MOMENTUM),
            nn.ReLU(),
        )


def make_operation(name: str, channels: int) -> nn.Module:
    """Make the module of one vertex, which keeps channels and resolution."""
    if name == "maxpool3x3":
        return nn.MaxPool2d(3, stride=1, padding=1)
    return ConvNormReLU(channels, channels, 1 if name == "conv1x1-bn-relu" else 3)


class Cell(nn.Module):
    """One cell: vertices add up what enters them; the output puts its sources side by side.

    Args:
        choices: 26 choices of a pruned cell.
        channels: channels of its seven vertices, 0 for absent ones.
    """

    def __init__(self, choices: Sequence[int], channels: Sequence[int]) -> None:
        super().__init__()
        self.channels = list(channels)
        self.sources = [[x for x in range(y) if choices[edge_place(x, y)]] for y in range(VERTICES)]
        self.operations = nn.ModuleDict()
        self.projections = nn.ModuleDict()
        for vertex in range(1, VERTICES):
            if 0 in self.sources[vertex]:
                projection = ConvNormReLU(channels[0], channels[vertex], 1)
                self.projections[str(vertex)] = projection
            if vertex < VERTICES - 1 and self.sources[vertex]:
                name = OPERATIONS[choices[len(EDGES) + vertex - 1]]
                self.operations[str(vertex)] = make_operation(name, channels[vertex])

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h, w)``."""
        values = {0: features}
        for vertex in range(1, VERTICES - 1):
            if self.sources[vertex]:
                entering = [
                    values[source][:, : self.channels[vertex]]
                    for source in self.sources[vertex]
                    if source
                ]
                total = self._add_input(vertex, features, entering)
                values[vertex] = self.operations[str(vertex)](total)
        last = VERTICES - 1
        inner = [values[source] for source in self.sources[last] if source]
        return self._add_input(last, features, [torch.cat(inner, dim=1)] if inner else [])

    def _add_input(self, vertex: int, features: Tensor, entering: list[Tensor]) -> Tensor:
        """Add up what enters a vertex, the projected input of the cell included."""
        if 0 in self.sources[vertex]:
            entering = [*entering, self.projections[str(vertex)](features)]
        total = entering[0]
        for term in entering[1:]:
            total = total + term
        return total


class NASBench101Network(nn.Module):
    """Stem, three stacks of cells with max-pooling between them, pooling, classifier.

    Args:
        choices: 26 choices of a pruned cell, the same everywhere.
        channels: for each cell in order, the channels of its seven vertices.
        cells: cells a stack.
        classes: outputs of the classifier.
    """

    def __init__(
        self, choices: Sequence[int], channels: Sequence[Sequence[int]], cells: int, classes: int
    ) -> None:
        super().__init__()
        self.stem = ConvNormReLU(IMAGE_CHANNELS, channels[0][0], 3)
        blocks: list[nn.Module] = []
        for stack in range(STACKS):
            if stack:
                blocks.append(nn.MaxPool2d(2))
            here = channels[stack * cells : (stack + 1) * cells]
            blocks.extend(Cell(choices, widths) for widths in here)
        self.body = nn.Sequential(*blocks)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(channels[-1][-1], classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        logits: Tensor = self.classifier(self.pool(self.body(self.stem(images))))
        return logits


def draw_weights(network: nn.Module, generator: torch.Generator | None) -> None:
    """Draw all initial weights anew, as the released training code does.

    Convolutions have variance one over their fan-in, from a normal distribution cut at two
    standard deviations; the classifier is uniform by Glorot's rule with a bias of zero.

    Args:
        network: the network.
        generator: source of randomness; None takes PyTorch's own state.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            deviation = 1 / math.sqrt(module.weight[0].numel()) / _CUT_DEVIATION
            nn.init.trunc_normal_(
                module.weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator
            )
        elif isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight, generator=generator)
            nn.init.zeros_(module.bias)
