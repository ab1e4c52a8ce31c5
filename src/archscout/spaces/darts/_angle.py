"""The vector of a DARTS architecture.

Once: stems (convolutions, norms), both preprocessings of every cell (convolutions, norms), the
classifier's matrix, and in the ImageNet network its bias. For each cell and each of its 30 paths
from one of the two inputs to one of the four nodes, the operations on the path: a convolution
its kernels and norms; pooling 1/9 in C x 3 x 3 places and its norm; a skip the identity matrix
of C x C, or where it halves the resolution its convolutions and norm. An edge that is not chosen
takes its paths out.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834), as released. Deviation:
of a dilated convolution's norm the released code reads the scale twice and never the shift; here
it is the scale and the shift.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._blocks.angle_vector import (
    AngleVector,
    VectorContents,
    VectorPiece,
    names_of_weights,
)
from archscout.spaces._blocks.path_counts import path_counts
from archscout.spaces.darts._cell import EDGES, INPUTS, NODES, OPERATIONS
from archscout.spaces.darts._supernet import DARTSSupernet, SupernetCell

_TAPS = 9


def make_vector(supernet: DARTSSupernet, contents: VectorContents) -> AngleVector:
    """Describe the vectors of a supernet's architectures."""
    around = [("stem", supernet.stem), ("second_stem", supernet.second_stem)]
    cells = [cell for cell in supernet.cells if isinstance(cell, SupernetCell)]
    around += [(f"cells.{place}.preprocess", cell.preprocess) for place, cell in enumerate(cells)]
    fixed = (*names_of_weights(around, contents), "classifier.weight")
    if supernet.layout.network == "imagenet":
        fixed = (*fixed, "classifier.bias")
    vector = AngleVector(VectorPiece(fixed), _count)
    for place, cell in enumerate(cells):
        for edge, choices in enumerate(cell.edges):
            for name, module in choices.named_children():
                names = names_of_weights([(f"cells.{place}.edges.{edge}.{name}", module)], contents)
                constant = 0.0
                if "pool" in name and contents.pooling:
                    constant = cell.channels / _TAPS
                elif name == "skip_connect" and not names and contents.skips:
                    constant = float(cell.channels)
                vector.pieces[place, edge, OPERATIONS.index(name)] = VectorPiece(names, constant)
    return vector


def _count(paths: NDArray[np.int8]) -> NDArray[np.int64]:
    there = paths != OPERATIONS.index("none")
    return path_counts(there, EDGES, starts=range(INPUTS), ends=NODES)
