"""The MobileNet network in PyTorch; imported only when a network is built.

Source: SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389) on the layer plan of ProxylessNAS
(arXiv 1812.00332): ReLU6, batch norms with eps 0.001 and momentum 0.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from archscout.spaces._blocks.block_costs import IMAGE_CHANNELS
from archscout.spaces._blocks.block_network import ConvolutionNorm, InvertedResidual
from archscout.spaces.mobilenet.costs import STEM_STRIDE, Place, Widths, places
from archscout.spaces.mobilenet.text import BLOCKS, SKIP

_EPS = 1e-3


def make_block(choice: int, place: Place) -> nn.Module:
    """Make one searchable block; the skip is the identity."""
    if choice == SKIP:
        return nn.Identity()
    kernel, expansion = BLOCKS[choice]
    return InvertedResidual(
        place.inputs,
        place.outputs,
        kernel=kernel,
        expansion=expansion,
        stride=place.stride,
        activation=nn.ReLU6,
        eps=_EPS,
    )


class MobileNetNetwork(nn.Module):
    """Stem, a fixed block, 21 blocks, last convolution, pooling, classifier.

    Args:
        choices: 21 option indices.
        widths: channels of every part.
        classes: outputs of the classifier.
    """

    def __init__(self, choices: Sequence[int], widths: Widths, classes: int) -> None:
        super().__init__()
        self.stem = ConvolutionNorm(
            IMAGE_CHANNELS, widths.stem, 3, stride=STEM_STRIDE, activation=nn.ReLU6, eps=_EPS
        )
        self.first = InvertedResidual(
            widths.stem,
            widths.first,
            kernel=3,
            expansion=1,
            stride=1,
            activation=nn.ReLU6,
            eps=_EPS,
        )
        self.blocks = nn.Sequential(*map(make_block, choices, places(widths)))
        self.last = ConvolutionNorm(
            widths.stages[-1], widths.last, 1, activation=nn.ReLU6, eps=_EPS
        )
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(widths.last, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        features = self.last(self.blocks(self.first(self.stem(images))))
        logits: Tensor = self.classifier(self.pool(features))
        return logits
