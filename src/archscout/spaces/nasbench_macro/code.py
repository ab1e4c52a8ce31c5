"""Writes NAS-Bench-Macro networks as Python text."""

from __future__ import annotations

from archscout.exports import blocks
from archscout.exports.written import POOL, Written, classifier, sequence
from archscout.spaces.base import Architecture
from archscout.spaces.nasbench_macro.costs import BLOCKS, LAST, SKIP, Place, places
from archscout.spaces.nasbench_macro.space import NASBenchMacro


def write(
    space: NASBenchMacro,
    arch: Architecture,
    *,
    classes: int = 10,
    channels: int = 32,
) -> Written:
    """Write the network that ``space.build`` makes with the same settings."""
    layout = places(channels)
    listed = [
        _write_block(choice, place)
        for choice, place in zip(space.choices([arch])[0].tolist(), layout, strict=True)
    ]
    needed = [blocks.conv_norm(), blocks.conv_norm_activation("ReLU")]
    if any("InvertedResidual" in line for line in listed):
        needed.append(blocks.inverted_residual("ReLU"))
    return Written(
        title="NAS-Bench-Macro network: stem, eight layers, last convolution, classifier",
        classes=needed,
        layers=[
            f"        self.stem = ConvNormReLU(3, {channels}, 3)",
            *sequence("blocks", listed),
            f"        self.last = ConvNormReLU({layout[-1].outputs}, {LAST}, 1)",
            *POOL,
            *classifier(LAST, classes),
        ],
        before=["features = self.last(self.blocks(self.stem(images)))"],
        forward="self.classifier(self.pool(features))",
    )


def _write_block(choice: int, place: Place) -> str:
    if choice != SKIP:
        kernel, expansion = BLOCKS[choice - 1]
        return blocks.block_call(place.inputs, place.outputs, kernel, expansion, place.stride)
    if place.stride == 1:
        return "nn.Identity()  # skip"
    return f"ConvNorm({place.inputs}, {place.outputs}, 1, stride={place.stride})  # skip"
