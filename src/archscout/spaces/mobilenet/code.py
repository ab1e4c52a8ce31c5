"""Writes MobileNet networks as Python text."""

from __future__ import annotations

from archscout.exports import blocks
from archscout.exports.written import POOL, Written, classifier, sequence
from archscout.spaces.base import Architecture
from archscout.spaces.mobilenet.costs import STEM_STRIDE, Widths, places, widths_of
from archscout.spaces.mobilenet.space import MobileNet
from archscout.spaces.mobilenet.text import BLOCKS, SKIP

_EPS = ", eps=0.001"
_FIRST = '''
class FirstBlock(nn.Module):
    """Depthwise convolution, narrow{added}."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ConvNormReLU6(inputs, inputs, 3, groups=inputs),
            ConvNorm(inputs, outputs, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h, w)``."""
        result: Tensor = self.body(features)
        return {result}
'''


def write(
    space: MobileNet,
    arch: Architecture,
    *,
    widths: Widths | str = "final",
    classes: int = 1000,
) -> Written:
    """Write the network that ``space.build`` makes with the same settings."""
    width = widths_of(widths)
    listed = []
    for choice, place in zip(space.choices([arch])[0].tolist(), places(width), strict=True):
        if choice == SKIP:
            listed.append("nn.Identity()  # skip")
        else:
            kernel, expansion = BLOCKS[choice]
            listed.append(
                blocks.block_call(place.inputs, place.outputs, kernel, expansion, place.stride)
            )
    first = _FIRST.format(added="", result="result")
    if width.stem == width.first:
        first = _FIRST.format(added="; added to its input", result="features + result")
    return Written(
        title="MobileNet network: stem, fixed block, 21 blocks, last convolution, classifier",
        classes=[
            blocks.conv_norm(_EPS),
            blocks.conv_norm_activation("ReLU6", _EPS),
            first,
            blocks.inverted_residual("ReLU6"),
        ],
        layers=[
            f"        self.stem = ConvNormReLU6(3, {width.stem}, 3, stride={STEM_STRIDE})",
            f"        self.first = FirstBlock({width.stem}, {width.first})",
            *sequence("blocks", listed),
            f"        self.last = ConvNormReLU6({width.stages[-1]}, {width.last}, 1)",
            *POOL,
            *classifier(width.last, classes),
        ],
        before=["features = self.last(self.blocks(self.first(self.stem(images))))"],
        forward="self.classifier(self.pool(features))",
    )
