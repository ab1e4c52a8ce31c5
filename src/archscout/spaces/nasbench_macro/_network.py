"""The NAS-Bench-Macro network: a chain of MobileNetV2 blocks and skips.

Source: NAS-Bench-Macro (Su et al., "Prioritized Architecture Sampling with Monto-Carlo Tree
Search", CVPR 2021, doi 10.1109/cvpr46437.2021.01082) and its released training code.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from archscout.spaces._blocks.block_network import Block, ConvolutionNorm, make_blocks


class NASBenchMacroNetwork(nn.Module):
    """Stem, eight layers, last convolution, pooling, classifier.

    Args:
        stem: channels of the first convolution.
        blocks: kernel, expansion, outputs and stride of every layer; without an expansion for
            the 1x1 convolution that a skip is where a stage starts; None for any other skip.
        last: channels of the last convolution.
        classes: outputs of the classifier.
    """

    def __init__(self, stem: int, blocks: Sequence[Block], last: int, classes: int) -> None:
        super().__init__()
        self.stem = ConvolutionNorm(3, stem, 3, activation=nn.ReLU)
        self.blocks = make_blocks(stem, blocks, activation=nn.ReLU)
        width = next((block["outputs"] for block in reversed(blocks) if block is not None), stem)
        self.last = ConvolutionNorm(width, last, 1, activation=nn.ReLU)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(last, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        logits: Tensor = self.classifier(self.pool(self.last(self.blocks(self.stem(images)))))
        return logits
