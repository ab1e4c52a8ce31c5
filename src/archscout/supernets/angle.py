"""The angle by which an architecture's weights turned in training, for whole batches at once.

An architecture's vector V joins the weights of its operations, some of them several times, and
constants for what has no weights. Its angle is

    arccos( <V0, Vt> / (|V0| |Vt|) )

between the initial and the final weights. Each of the three products is a sum over pieces, one
an operation, so it is enough to compute (V0 . Vt, |V0|^2, |Vt|^2) of every piece once; after
that, the angle of an architecture is a sum over a table.

Source: ABS (Hu et al., ECCV 2020, arXiv 2004.13431) for the angle; random-label search (Zhang et
al., CVPR 2021, arXiv 2101.11834) for the vectors, which the spaces' own files ``angle.py``
describe. Deviation: the released code makes the vector of each architecture
anew; the sums here are the same, in double precision, and the cosine is clipped to [-1, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from archscout._common.own_state import own_state
from archscout.errors import SettingsError, unknown_name
from archscout.spaces import declarations, plugin_of
from archscout.spaces._blocks.angle_vector import AngleVector, VectorContents, VectorPiece
from archscout.spaces._blocks.supernet import Supernet
from archscout.spaces.base import Architectures

_CHUNK = 8192  # Rows that are looked up at once: 100 MB for the largest table.

Weights = Mapping[str, Any]


class Angle:
    """Angles between initial and final weights; a sum over a table for each architecture.

    Args:
        supernet: tells the paths of architectures; its weights do not matter.
        vector: how vectors are made.
        initial: weights by name, such as a state dict: tensors or arrays.
        final: as many, after training.

    Raises:
        SettingsError: if weights are missing, differ in shape, or are not finite.
    """

    def __init__(
        self, supernet: Supernet, vector: AngleVector, initial: Weights, final: Weights
    ) -> None:
        self._paths_of = supernet.paths_of
        self._count = vector.count
        self._fixed = _products(vector.fixed, initial, final)
        options = int(supernet.option_counts.max())
        self._table = np.zeros((*supernet.path_shape, options, 3))
        for place, piece in vector.pieces.items():
            self._table[place] = _products(piece, initial, final)
        self._table.flags.writeable = False

    def angles(self, archs: Architectures) -> NDArray[np.float64]:
        """Angles of architectures.

        Args:
            archs: architectures, or choices ``(n, positions)``.

        Returns:
            ``(n,)`` radians from 0 to pi; 0 where no path goes from the input to the output.
        """
        return self.angles_of_paths(self._paths_of(archs))

    @own_state()
    def angles_of_paths(self, paths: NDArray[np.int8]) -> NDArray[np.float64]:
        """Angles ``(n,)`` of paths ``(n, places, width)``, whose cells may differ.

        An angle is 0 if in any place nothing goes from the input to the output.
        """
        chunks = [self._angles(paths[i : i + _CHUNK]) for i in range(0, len(paths), _CHUNK)]
        return np.concatenate(chunks) if chunks else np.zeros(0)

    def _angles(self, paths: NDArray[np.int8]) -> NDArray[np.float64]:
        counts = self._count(paths)
        places, width = paths.shape[1:]
        pieces = self._table[np.arange(places)[:, None], np.arange(width), paths]
        dot, first, second = (counts[..., None] * pieces).sum(axis=(1, 2)).T + self._fixed[:, None]
        angles: NDArray[np.float64] = np.arccos(np.clip(dot / np.sqrt(first * second), -1, 1))
        angles[np.any(counts.sum(axis=2) == 0, axis=1)] = 0
        return angles


@own_state()
def make_angle(
    supernet: Supernet,
    initial: Weights,
    final: Weights,
    *,
    pooling: bool = True,
    norms: bool = True,
    skips: bool = True,
) -> Angle:
    """Prepare the angles of all architectures of a supernet.

    Args:
        supernet: the supernet; only its form matters.
        initial: weights before training by name, such as its state dict: tensors or arrays.
        final: weights after training.
        pooling: whether vectors hold the constants of pooling.
        norms: whether they hold scales and shifts of batch norms.
        skips: whether they hold identity matrices for skips, where the released ones do.

    Returns:
        The angles; the defaults give the released vectors, ``norms=False, skips=False`` those
        of ABS.

    Raises:
        SettingsError: if weights are missing, differ in shape, or are not finite.
        UnknownNameError: if the space of the supernet has no angle.

    Examples:
        >>> from archscout.supernets import make_supernet
        >>> first, second = (
        ...     make_supernet("nasbench201", channels=4, cells=1,
        ...                   generator=torch.Generator().manual_seed(seed))
        ...     for seed in (0, 1)
        ... )
        >>> angle = make_angle(first, first.state_dict(), second.state_dict())
        >>> angle.angles(first.space.parse_many(["333333", "000000"])).round(1)
        array([1.2, 0. ])
    """
    plugin = plugin_of(supernet.space)
    if not plugin.has("angle"):
        known = [declared.name for declared in declarations() if declared.has("angle")]
        raise unknown_name("angle of space", plugin.name, known)
    vector: AngleVector = plugin.load("angle")(supernet, VectorContents(pooling, norms, skips))
    return Angle(supernet, vector, initial, final)


def _products(piece: VectorPiece, initial: Weights, final: Weights) -> NDArray[np.float64]:
    """(V0 . Vt, |V0|^2, |Vt|^2) of a piece, ``(3,)``."""
    total = np.full(3, piece.constant)
    for name in piece.names:
        first, second = _flat(name, initial, "initial"), _flat(name, final, "final")
        if first.shape != second.shape:
            raise SettingsError(
                f"got {len(first)} initial and {len(second)} final weights {name!r}, expected as "
                "many: take both from the same training"
            )
        total += np.array([first @ second, first @ first, second @ second])
    return total


def _flat(name: str, weights: Weights, which: str) -> NDArray[np.float64]:
    if name not in weights:
        raise SettingsError(
            f"the {which} weights have no {name!r}, expected all weights of the supernet: take "
            "them from a training of a supernet with the same settings"
        )
    array: NDArray[np.float64] = (
        torch.as_tensor(weights[name]).detach().to("cpu", torch.float64).flatten().numpy()
    )
    if not np.isfinite(array).all():
        raise SettingsError(
            f"the {which} weights {name!r} hold NaN or infinity, expected numbers: the training "
            "diverged, so lower its learning rate"
        )
    return array
