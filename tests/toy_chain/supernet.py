"""The supernet of toy chains, and the vector whose angle is a proxy."""

import numpy as np

from archscout.spaces import AngleVector, ChainSupernet, VectorPiece, names_of_weights
from toy_chain.network import ToyNetwork, draw, make_layer
from toy_chain.space import LAYERS, ToyChain


def toy_supernet(classes=10, channels=8, generator=None):
    space = ToyChain()
    supernet = ChainSupernet(
        space,
        {"classes": classes, "channels": channels},
        alone=ToyNetwork([0] * LAYERS, classes, channels),
        parts=("stem", "blocks", "pool", "classifier"),
        make_block=lambda choice, place: make_layer(choice, channels),
        build=lambda arch: space.build(arch, classes, channels),
    )
    return draw(supernet, generator)


def make_vector(supernet, contents):
    around = names_of_weights([("stem", supernet.stem)], contents)
    pieces = {
        (place, 0, option): VectorPiece(
            names_of_weights([(f"blocks.{place}.{name}", block)], contents)
        )
        for place, blocks in enumerate(supernet.blocks)
        for option, (name, block) in enumerate(blocks.named_children())
    }
    fixed = VectorPiece((*around, "classifier.weight"))
    return AngleVector(fixed, lambda paths: np.ones(paths.shape, dtype=np.int64), pieces)
