"""The vector of a NAS-Bench-201 cell.

Once: stem (convolution, norm), both reductions (convolutions, norms), last norm, classifier with
bias. For each cell and each of its four paths from input to output, the operations on the path:
a convolution its kernel; average pooling 1/9 in C x 3 x 3 places, not in C x C x 3 x 3; a skip
nothing. A ``none`` takes its paths out. An edge on several paths counts several times. Norms in
cells have no weights. A cell without any path has the angle 0.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834), as released.
"""

from __future__ import annotations

from torch import nn

from archscout.spaces._blocks.angle_vector import (
    AngleVector,
    VectorContents,
    VectorPiece,
    names_of_weights,
)
from archscout.spaces.nasbench201._cell import OPERATIONS, cell_paths
from archscout.spaces.nasbench201._supernet import NASBench201Supernet, SupernetCell

_TAPS = 9


def make_vector(supernet: NASBench201Supernet, contents: VectorContents) -> AngleVector:
    """Describe the vectors of a supernet's architectures."""
    cells: list[tuple[int, SupernetCell]] = []
    around: list[tuple[str, nn.Module]] = [("stem", supernet.stem)]
    for number, block in enumerate(supernet.body):
        if isinstance(block, SupernetCell):
            cells.append((number, block))
        else:
            around.append((f"body.{number}", block))
    around.append(("tail", supernet.tail))
    fixed = (*names_of_weights(around, contents), "classifier.weight", "classifier.bias")
    vector = AngleVector(VectorPiece(fixed), cell_paths)
    for place, (number, cell) in enumerate(cells):
        for edge, choices in enumerate(cell.edges):
            for operation, module in choices.named_children():
                names = names_of_weights(
                    [(f"body.{number}.edges.{edge}.{operation}", module)], contents
                )
                vector.pieces[place, edge, OPERATIONS.index(operation)] = VectorPiece(names)
            if contents.pooling:
                pool = VectorPiece(constant=_channels(choices) / _TAPS)
                vector.pieces[place, edge, OPERATIONS.index("avg_pool_3x3")] = pool
    return vector


def _channels(choices: nn.Module) -> int:
    convolution = choices.get_submodule("nor_conv_1x1.1")
    assert isinstance(convolution, nn.Conv2d)
    return convolution.out_channels
