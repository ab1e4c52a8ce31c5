"""The MobileNet network: a chain of MobileNetV2 blocks of several kernels and expansions.

Source: SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389) on the layer plan of ProxylessNAS
(arXiv 1812.00332): ReLU6, batch norms with eps 0.001 and momentum 0.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from archscout.spaces._blocks.block_network import (
    Block,
    ConvolutionNorm,
    InvertedResidual,
    make_blocks,
)

EPS = 1e-3


class MobileNetNetwork(nn.Module):
    """Stem, a fixed block, searched blocks, last convolution, pooling, classifier.

    Args:
        stem: channels of the first convolution.
        first: channels of the fixed block behind it.
        blocks: kernel, expansion, outputs and stride of every searched block; None for a skip.
        last: channels of the last convolution.
        classes: outputs of the classifier.
    """

    def __init__(
        self, stem: int, first: int, blocks: Sequence[Block], last: int, classes: int
    ) -> None:
        super().__init__()
        self.stem = ConvolutionNorm(3, stem, 3, stride=2, activation=nn.ReLU6, eps=EPS)
        self.first = InvertedResidual(
            stem, first, kernel=3, expansion=1, stride=1, activation=nn.ReLU6, eps=EPS
        )
        self.blocks = make_blocks(first, blocks, activation=nn.ReLU6, eps=EPS)
        width = next((block["outputs"] for block in reversed(blocks) if block is not None), first)
        self.last = ConvolutionNorm(width, last, 1, activation=nn.ReLU6, eps=EPS)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(last, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        features = self.last(self.blocks(self.first(self.stem(images))))
        logits: Tensor = self.classifier(self.pool(features))
        return logits
