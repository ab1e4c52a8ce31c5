"""The NAS-Bench-101 network: three stacks of equal cells, each a graph of operations.

Source: NAS-Bench-101 (Ying et al., ICML 2019, arXiv 1902.09635), section 2 and supplement S.1;
the initialisation and the constants of batch norm are those of its released training code.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

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


Vertices = Mapping[int, tuple[str, Sequence[int]]]
"""By number of the vertex its operation and the vertices that feed it; 0 is the input."""

OUTPUT = 6


class Cell(nn.Module):
    """One cell: vertices add up what enters them; the output puts its sources side by side.

    Args:
        vertices: operation and sources of every vertex behind the input; the last one, number
            6, is the output.
        channels: channels of the input and of these vertices, in order.
    """

    def __init__(self, vertices: Vertices, channels: Sequence[int]) -> None:
        super().__init__()
        self.channels = dict(zip((0, *vertices), channels, strict=True))
        self.sources = {vertex: sources for vertex, (_, sources) in vertices.items()}
        self.operations = nn.ModuleDict()
        self.projections = nn.ModuleDict()
        for vertex, (operation, sources) in vertices.items():
            if 0 in sources:
                projection = ConvNormReLU(channels[0], self.channels[vertex], 1)
                self.projections[str(vertex)] = projection
            if vertex != OUTPUT:
                self.operations[str(vertex)] = make_operation(operation, self.channels[vertex])

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h, w)``."""
        values: dict[int, Tensor] = {}
        for vertex, sources in self.sources.items():
            terms = [values[source] for source in sources if source]
            if vertex == OUTPUT:
                terms = [torch.cat(terms, dim=1)] if terms else []
            else:
                terms = [term[:, : self.channels[vertex]] for term in terms]
            if 0 in sources:
                terms.append(self.projections[str(vertex)](features))
            total = functools.reduce(torch.add, terms)
            values[vertex] = total if vertex == OUTPUT else self.operations[str(vertex)](total)
        return values[OUTPUT]


class NASBench101Network(nn.Module):
    """Stem, three stacks of cells with max-pooling between them, pooling, classifier.

    Args:
        vertices: operation and sources of every vertex of the cell, the same everywhere.
        channels: for each stack and each of its cells the channels of the input and of the
            vertices, in order.
        classes: outputs of the classifier.
    """

    def __init__(
        self, vertices: Vertices, channels: Sequence[Sequence[Sequence[int]]], classes: int
    ) -> None:
        super().__init__()
        self.stem = ConvNormReLU(3, channels[0][0][0], 3)
        blocks: list[nn.Module] = []
        for stack in channels:
            if blocks:
                blocks.append(nn.MaxPool2d(2))
            blocks.extend(Cell(vertices, widths) for widths in stack)
        self.body = nn.Sequential(*blocks)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(channels[-1][-1][-1], classes)

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
