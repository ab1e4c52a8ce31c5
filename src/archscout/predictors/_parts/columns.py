"""Standardised columns of architectures, for predictors that are not trees.

Trees do not mind how long a column is; networks, kernels and linear models do.
"""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._parts.cell_features import CellFeatures
from archscout.spaces.base import Choices, SearchSpace

ColumnKind = Literal["onehot", "properties", "both"]


class Columns:
    """Makes columns with mean 0 and deviation 1 over the architectures that it was fitted on.

    Counts of a graph have long tails (paths multiply), so their logarithm ``log(1 + count)``
    is taken first. Columns that are constant in the fitted batch become 0.

    Args:
        space: the space of all batches.
        kind: ``"onehot"`` marks, ``"properties"`` of the cell graph (one-hot marks where the
            space has no graph), or ``"both"``.

    Examples:
        >>> from archscout.testing.toy import ToySpace
        >>> space = ToySpace()
        >>> archs = space.sample_choices(np.random.default_rng(0), 50)
        >>> encoded = Columns(space, "onehot").fit(archs).encode(archs)
        >>> bool(abs(encoded.mean(axis=0)).max() < 1e-5)
        True
    """

    def __init__(self, space: SearchSpace, kind: ColumnKind = "properties") -> None:
        self.space, self.kind = space, kind
        self._features = CellFeatures(space, one_hot=kind == "both")
        self._shift = np.zeros(0, dtype=np.float32)
        self._width = np.ones(0, dtype=np.float32)

    def fit(self, choices: Choices) -> Self:
        """Take shift and width of every column from choices ``(n, positions)``, n at least 1."""
        raw = self._raw(choices)
        self._shift = raw.mean(axis=0, dtype=np.float64).astype(np.float32)
        width = raw.std(axis=0, dtype=np.float64)
        # The deviation of equal numbers is not always exactly 0.
        self._width = np.where(width > 1e-6, width, np.inf).astype(np.float32)
        return self

    def encode(self, choices: Choices) -> NDArray[np.float32]:
        """Columns ``(n, f)`` of choices ``(n, positions)``."""
        encoded: NDArray[np.float32] = (self._raw(choices) - self._shift) / self._width
        return encoded

    def _raw(self, choices: Choices) -> NDArray[np.float32]:
        if self.kind == "onehot":
            marks: NDArray[np.float32] = self.space.encode(choices, "onehot")
            return marks
        return np.log1p(self._features.encode(choices))
