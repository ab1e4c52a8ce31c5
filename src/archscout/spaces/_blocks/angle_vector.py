"""How a space says what the vector of an architecture holds, whose angle is a proxy.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834) for what its vectors hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import nn


@dataclass(frozen=True)
class VectorContents:
    """What a vector holds beside convolutions and the classifier; all of it as released.

    Args:
        pooling: the constants of pooling, 1/9 in each place of a 3x3 kernel.
        norms: scales and shifts of batch norms.
        skips: identity matrices of skips, in the spaces where the released vectors have them.
    """

    pooling: bool = True
    norms: bool = True
    skips: bool = True


@dataclass(frozen=True)
class VectorPiece:
    """What one operation brings into the vector.

    Args:
        names: its weights in the supernet.
        constant: squared length of its constants, which do not turn.
    """

    names: tuple[str, ...] = ()
    constant: float = 0.0


@dataclass(frozen=True)
class AngleVector:
    """How the vectors of a supernet's architectures are made.

    Args:
        fixed: what all of them hold, once.
        pieces: what an operation brings, by (place, position, operation); those missing bring
            nothing.
        count: maps paths ``(n, places, width)`` to how often the piece at each position stands
            in the vector, of the same shape.
    """

    fixed: VectorPiece
    count: Callable[[NDArray[np.int8]], NDArray[np.int64]]
    pieces: dict[tuple[int, int, int], VectorPiece] = field(default_factory=dict)


def names_of_weights(
    modules: Iterable[tuple[str, nn.Module]], contents: VectorContents
) -> tuple[str, ...]:
    """Names of the weights of convolutions and, if they count, of norms within modules.

    Args:
        modules: (name in the supernet, module).
        contents: says whether norms count.
    """
    names = []
    for begin, module in modules:
        for name, inner in module.named_modules(prefix=begin):
            if isinstance(inner, nn.Conv2d):
                names.append(f"{name}.weight")
            elif isinstance(inner, nn.BatchNorm2d) and inner.affine and contents.norms:
                names += [f"{name}.weight", f"{name}.bias"]
    return tuple(names)
