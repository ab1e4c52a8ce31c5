"""The NAS-Bench-201 network: stages of equal cells, each of four nodes and six edges.

Source: NAS-Bench-201 (Dong and Yang, ICLR 2020, arXiv 2001.00326), its macro skeleton. All
edges of the cell are built, also those that no path to the output uses, because the published
parameter counts include them; all batch norms are affine for the same reason.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from archscout.spaces._blocks.block_network import ReLUConvNorm


class Zero(nn.Module):
    """The operation ``none``: zeros of the shape of its input."""

    def forward(self, features: Tensor) -> Tensor:
        """Give zeros."""
        return torch.zeros_like(features)


def make_operation(name: str, channels: int, affine: bool = True) -> nn.Module:
    """Make the module of one edge, which keeps channels and resolution."""
    if name == "nor_conv_1x1":
        return ReLUConvNorm(channels, channels, 1, affine=affine)
    if name == "nor_conv_3x3":
        return ReLUConvNorm(channels, channels, 3, affine=affine)
    if name == "avg_pool_3x3":
        return nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return nn.Identity() if name == "skip_connect" else Zero()


class Cell(nn.Module):
    """Four nodes, six edges; each node is the sum of its edges, the last one is the output.

    Args:
        operations: names of the operations of the edges, by target node, then by source node.
        channels: channels of every node.
    """

    def __init__(self, operations: Sequence[str], channels: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(make_operation(name, channels) for name in operations)

    def forward(self, features: Tensor) -> Tensor:
        """Map features to features of the same shape."""
        edges = iter(self.edges)
        nodes = [features]
        for node in (1, 2, 3):
            total = next(edges)(nodes[0])
            for source in range(1, node):
                total = total + next(edges)(nodes[source])
            nodes.append(total)
        return nodes[-1]


class Reduction(nn.Module):
    """Residual block between stages: halves the resolution, changes the channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ReLUConvNorm(inputs, outputs, 3, stride=2), ReLUConvNorm(outputs, outputs, 3)
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, stride=2), nn.Conv2d(inputs, outputs, 1, bias=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h/2, w/2)``."""
        total: Tensor = self.shortcut(features) + self.body(features)
        return total


class NASBench201Network(nn.Module):
    """Stem, three stages of cells with reductions between them, pooling, classifier.

    Args:
        operations: names of the six operations, the same cell everywhere.
        classes: outputs of the classifier.
        channels: channels of the first stage.
        cells: cells a stage.
    """

    def __init__(self, operations: Sequence[str], classes: int, channels: int, cells: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        )
        blocks: list[nn.Module] = []
        width = channels
        for stage in range(3):
            if stage:
                blocks.append(Reduction(width, 2 * width))
                width *= 2
            blocks.extend(Cell(operations, width) for _ in range(cells))
        self.body = nn.Sequential(*blocks)
        self.tail = nn.Sequential(
            nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classifier = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        logits: Tensor = self.classifier(self.tail(self.body(self.stem(images))))
        return logits
