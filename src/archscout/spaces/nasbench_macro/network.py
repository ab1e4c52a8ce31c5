"""The NAS-Bench-Macro network in PyTorch; imported only when a network is built.

Source: NAS-Bench-Macro (Su et al., "Prioritized Architecture Sampling with Monto-Carlo Tree
Search", CVPR 2021, doi 10.1109/cvpr46437.2021.01082) and its released training code.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from archscout.spaces._blocks.block_costs import IMAGE_CHANNELS
from archscout.spaces._blocks.block_network import ConvolutionNorm, InvertedResidual
from archscout.spaces.nasbench_macro.costs import BLOCKS, LAST, SKIP, Place, places


def make_block(choice: int, place: Place) -> nn.Module:
    """Make one layer; where a stage starts, the skip is a 1x1 convolution."""
    if choice != SKIP:
        kernel, expansion = BLOCKS[choice - 1]
        return InvertedResidual(
            place.inputs,
            place.outputs,
            kernel=kernel,
            expansion=expansion,
            stride=place.stride,
            activation=nn.ReLU,
        )
    if place.stride == 1:
        return nn.Identity()
    return ConvolutionNorm(place.inputs, place.outputs, 1, stride=place.stride)


class NASBenchMacroNetwork(nn.Module):
    """Stem, eight layers, last convolution, pooling, classifier.

    Args:
        choices: eight option indices.
        classes: outputs of the classifier.
        channels: channels of the stem; the stages have two, four and eight times as many.
    """

    def __init__(self, choices: Sequence[int], classes: int, channels: int) -> None:
        super().__init__()
        layout = places(channels)
        self.stem = ConvolutionNorm(IMAGE_CHANNELS, channels, 3, activation=nn.ReLU)
        self.blocks = nn.Sequential(*map(make_block, choices, layout))
        self.last = ConvolutionNorm(layout[-1].outputs, LAST, 1, activation=nn.ReLU)
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(LAST, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        logits: Tensor = self.classifier(self.pool(self.last(self.blocks(self.stem(images)))))
        return logits
