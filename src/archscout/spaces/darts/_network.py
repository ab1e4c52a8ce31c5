"""A network of DARTS cells: four nodes a cell, each the sum of two operations.

Source: DARTS (Liu et al., ICLR 2019, arXiv 1806.09055): its evaluation networks without the
auxiliary head and without dropping paths. Pooling is global whatever the resolution.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from archscout.spaces._blocks.block_network import ReLUConvNorm

Pairs = Sequence[tuple[str, int]]
"""A cell: (operation, source) twice a node; sources 0 and 1 are the outputs of the cell before
the last and of the last, 2 to 5 the nodes."""


class FactorizedReduction(nn.Module):
    """Halves the resolution by two 1x1 convolutions, the second one pixel further on."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first, self.second = (
            nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False) for _ in range(2)
        )
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)``, even sides, to ``(n, outputs, h/2, w/2)``."""
        features = torch.relu(features)
        halves = [self.first(features), self.second(features[:, :, 1:, 1:])]
        result: Tensor = self.norm(torch.cat(halves, dim=1))
        return result


def _separable(channels: int, kernel: int, stride: int, dilation: int = 1) -> list[nn.Module]:
    """ReLU, depthwise and pointwise convolution, batch norm."""
    padding = dilation * (kernel // 2)
    depthwise = nn.Conv2d(
        channels,
        channels,
        kernel,
        stride,
        padding=padding,
        dilation=dilation,
        groups=channels,
        bias=False,
    )
    pointwise = nn.Conv2d(channels, channels, 1, bias=False)
    return [nn.ReLU(), depthwise, pointwise, nn.BatchNorm2d(channels)]


def make_operation(name: str, channels: int, stride: int) -> nn.Module:
    """Make the module of one edge; all but ``none``, which no genotype has."""
    if name == "max_pool_3x3":
        return nn.MaxPool2d(3, stride=stride, padding=1)
    if name == "avg_pool_3x3":
        return nn.AvgPool2d(3, stride=stride, padding=1, count_include_pad=False)
    if name == "skip_connect":
        return nn.Identity() if stride == 1 else FactorizedReduction(channels, channels)
    kernel = int(name[-1])
    if name.startswith("sep"):
        layers = _separable(channels, kernel, stride) + _separable(channels, kernel, 1)
    else:
        layers = _separable(channels, kernel, stride, dilation=2)
    return nn.Sequential(*layers)


class Cell(nn.Module):
    """Four nodes, each the sum of two operations; the output is all nodes side by side.

    Args:
        pairs: operation and source of the two inputs of every node.
        before: channels of sources 0 and 1.
        channels: channels of a node.
        reduction: whether the cell halves the resolution.
        shrinks: whether source 0 is twice as wide and high as source 1.
    """

    def __init__(
        self, pairs: Pairs, before: tuple[int, int], channels: int, reduction: bool, shrinks: bool
    ) -> None:
        super().__init__()
        earlier, last = before
        self.preprocess = nn.ModuleList(
            [
                FactorizedReduction(earlier, channels)
                if shrinks
                else ReLUConvNorm(earlier, channels, 1),
                ReLUConvNorm(last, channels, 1),
            ]
        )
        self.sources = [source for _, source in pairs]
        self.operations = nn.ModuleList(
            make_operation(name, channels, 2 if reduction and source < 2 else 1)
            for name, source in pairs
        )

    def forward(self, earlier: Tensor, last: Tensor) -> Tensor:
        """Map the outputs of the two cells before to this one's."""
        states = [self.preprocess[0](earlier), self.preprocess[1](last)]
        terms = zip(self.sources, self.operations, strict=True)
        for (first, one), (second, other) in zip(terms, terms, strict=True):
            states.append(one(states[first]) + other(states[second]))
        return torch.cat(states[2:], dim=1)


def _norm_convolution(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(outputs)]


class DARTSNetwork(nn.Module):
    """Stem, normal and reduce cells, pooling, classifier.

    Args:
        normal: the normal cell.
        reduce: the reduce cell, which stands at one and at two thirds.
        network: ``"imagenet"``, whose stem divides the resolution by 8, or ``"cifar"``, whose
            stem keeps it.
        channels: channels of a node in the first cells; they double in each reduce cell.
        cells: number of cells.
        classes: outputs of the classifier.
    """

    def __init__(
        self, normal: Pairs, reduce: Pairs, *, network: str, channels: int, cells: int, classes: int
    ) -> None:
        super().__init__()
        if network == "cifar":
            width = 3 * channels
            self.stem = nn.Sequential(*_norm_convolution(3, width, 1))
            self.second_stem: nn.Module = nn.Identity()
        else:
            width = channels
            self.stem = nn.Sequential(
                *_norm_convolution(3, width // 2, 2),
                nn.ReLU(),
                *_norm_convolution(width // 2, width, 2),
            )
            self.second_stem = nn.Sequential(nn.ReLU(), *_norm_convolution(width, width, 2))
        before, shrinks = (width, width), network != "cifar"
        self.cells = nn.ModuleList()
        for number in range(cells):
            reduction = number in (cells // 3, 2 * cells // 3)
            channels = 2 * channels if reduction else channels
            pairs = reduce if reduction else normal
            self.cells.append(Cell(pairs, before, channels, reduction, shrinks))
            before, shrinks = (before[1], 4 * channels), reduction
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(before[1], classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        earlier = self.stem(images)
        last = self.second_stem(earlier)
        for cell in self.cells:
            earlier, last = last, cell(earlier, last)
        logits: Tensor = self.classifier(self.pool(last))
        return logits
