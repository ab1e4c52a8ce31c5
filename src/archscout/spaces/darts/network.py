"""The networks of DARTS cells in PyTorch; imported only when a network is built.

Source: DARTS (Liu et al., ICLR 2019, arXiv 1806.09055): its evaluation networks without the
auxiliary head and without dropping paths. Pooling is global whatever the resolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archscout.spaces._blocks.block_costs import IMAGE_CHANNELS
from archscout.spaces._blocks.block_network import ReLUConvNorm
from archscout.spaces.darts.cell import INPUTS, NODES, OPERATIONS, Pairs
from archscout.spaces.darts.costs import CIFAR_STEM, KERNELS, Layout, Place, places

_DILATION = 2


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
    kernel = KERNELS[name]
    if name.startswith("sep"):
        layers = _separable(channels, kernel, stride) + _separable(channels, kernel, 1)
    else:
        layers = _separable(channels, kernel, stride, _DILATION)
    return nn.Sequential(*layers)


class Cell(nn.Module):
    """Four nodes, each the sum of two operations; the output is all nodes side by side."""

    def __init__(self, pairs: Pairs, place: Place) -> None:
        super().__init__()
        earlier, last = place.before
        shrink = FactorizedReduction if place.shrinks else _plain
        self.preprocess = nn.ModuleList(
            [shrink(earlier, place.channels), _plain(last, place.channels)]
        )
        self.sources = [source for _, source in pairs]
        self.operations = nn.ModuleList(
            make_operation(
                OPERATIONS[operation],
                place.channels,
                2 if place.reduction and source < INPUTS else 1,
            )
            for operation, source in pairs
        )

    def forward(self, earlier: Tensor, last: Tensor) -> Tensor:
        """Map the outputs of the two cells before to this one's."""
        states = [self.preprocess[0](earlier), self.preprocess[1](last)]
        terms = zip(self.sources, self.operations, strict=True)
        for _ in NODES:
            (first, one), (second, other) = next(terms), next(terms)
            states.append(one(states[first]) + other(states[second]))
        return torch.cat(states[INPUTS:], dim=1)


def _plain(inputs: int, outputs: int) -> nn.Module:
    return ReLUConvNorm(inputs, outputs, 1)


def _norm_convolution(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return [convolution, nn.BatchNorm2d(outputs)]


class DARTSNetwork(nn.Module):
    """Stem, normal and reduce cells, pooling, classifier.

    Args:
        normal: the normal cell.
        reduce: the reduce cell.
        layout: size of the network.
    """

    def __init__(self, normal: Pairs, reduce: Pairs, layout: Layout) -> None:
        super().__init__()
        channels = layout.channels
        if layout.network == "cifar":
            width = CIFAR_STEM * channels
            self.stem = nn.Sequential(*_norm_convolution(IMAGE_CHANNELS, width, 1))
            self.second_stem: nn.Module = nn.Identity()
        else:
            self.stem = nn.Sequential(
                *_norm_convolution(IMAGE_CHANNELS, channels // 2, 2),
                nn.ReLU(),
                *_norm_convolution(channels // 2, channels, 2),
            )
            self.second_stem = nn.Sequential(nn.ReLU(), *_norm_convolution(channels, channels, 2))
        self.cells = nn.ModuleList(
            Cell(reduce if place.reduction else normal, place) for place in places(layout)
        )
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        width = len(NODES) * places(layout)[-1].channels
        self.classifier = nn.Linear(width, layout.classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        earlier = self.stem(images)
        last = self.second_stem(earlier)
        for cell in self.cells:
            earlier, last = last, cell(earlier, last)
        logits: Tensor = self.classifier(self.pool(last))
        return logits
