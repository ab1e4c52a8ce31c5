"""The vector of a chain of MobileNetV2 blocks.

Once: the convolutions of the stem, of the fixed first block and of the last layer, without
norms, and the classifier's matrix. Each block brings its three convolutions and its first two
norms; the third norm is left out. A skip brings the identity matrix.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834), as released for
MobileNet. NAS-Bench-Macro has no released vector; here it is made alike, and the skip at the
start of a stage, a 1x1 convolution there, brings its kernel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import nn

from archscout.spaces._blocks.angle_vector import (
    AngleVector,
    VectorContents,
    VectorPiece,
    names_of_weights,
)
from archscout.spaces._blocks.block_network import ConvolutionNorm, InvertedResidual
from archscout.spaces._blocks.chain_supernet import ChainSupernet

_BARE = VectorContents(norms=False)


def make_vector(supernet: ChainSupernet, contents: VectorContents) -> AngleVector:
    """Describe the vectors of a supernet's architectures."""
    around = [(name, module) for name, module in supernet.named_children() if name != "blocks"]
    vector = AngleVector(
        VectorPiece((*names_of_weights(around, _BARE), "classifier.weight")), _count
    )
    for place, choices in enumerate(supernet.blocks):
        for option, (name, module) in enumerate(choices.named_children()):
            begin = f"blocks.{place}.{name}"
            if isinstance(module, InvertedResidual):
                piece = VectorPiece(_names_of_block(begin, module, contents))
            elif isinstance(module, ConvolutionNorm):
                piece = VectorPiece(names_of_weights([(begin, module)], _BARE))
            else:
                piece = VectorPiece(constant=_width(choices) if contents.skips else 0.0)
            vector.pieces[place, 0, option] = piece
    return vector


def _names_of_block(
    begin: str, block: InvertedResidual, contents: VectorContents
) -> tuple[str, ...]:
    layers = [(f"{begin}.body.{name}", layer) for name, layer in block.body.named_children()]
    return names_of_weights(layers[:-1], contents) + names_of_weights(layers[-1:], _BARE)


def _width(choices: nn.Module) -> float:
    """Channels of a place, read off the last convolution of one of its blocks."""
    blocks = [block for block in choices.children() if isinstance(block, InvertedResidual)]
    widths = [layer.out_channels for layer in blocks[0].modules() if isinstance(layer, nn.Conv2d)]
    return float(widths[-1])


def _count(paths: NDArray[np.int8]) -> NDArray[np.int64]:
    return np.ones(paths.shape, dtype=np.int64)
