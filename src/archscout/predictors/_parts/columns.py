"""Standardised columns of architectures, for predictors that are not trees.

Trees do not mind how long a column is; networks, kernels and linear models do.
"""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._parts.cell_features import CellFeatures
from archscout.spaces.base import Choices, SearchSpace

ColumnKind = Literal["onehot", "properties", "both"]


class Standard:
    """Moves columns ``(n, f)`` to mean 0 and deviation 1 over rows; constant columns become 0."""

    def __init__(self, rows: NDArray[Any], kind: type[np.floating[Any]] = np.float64) -> None:
        width = rows.std(axis=0, dtype=np.float64)
        # The deviation of equal numbers is not always exactly 0.
        self.varies = width > 1e-6
        self._shift = rows.mean(axis=0, dtype=np.float64).astype(kind)
        self._width = np.where(self.varies, width, np.inf).astype(kind)

    def scaled(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Rows ``(m, f)``, moved as those that it was made from."""
        return np.asarray((rows - self._shift) / self._width)


class Columns:
    """Makes columns with mean 0 and deviation 1 over the architectures that it was fitted on.

    Counts of a graph have long tails (paths multiply), so their logarithm ``log(1 + count)``
    is taken first. Columns that are constant in the fitted batch become 0. A space without a
    graph has one-hot marks for properties.
    """

    def __init__(self, space: SearchSpace, kind: ColumnKind = "properties") -> None:
        self.space, self.kind = space, kind
        self._features = CellFeatures(space, one_hot=kind == "both")

    def fit(self, choices: Choices) -> Self:
        """Take shift and width of every column from choices ``(n, positions)``, n at least 1."""
        self._standard = Standard(self._raw(choices), np.float32)
        return self

    def encode(self, choices: Choices) -> NDArray[np.float32]:
        """Columns ``(n, f)`` of choices ``(n, positions)``."""
        encoded: NDArray[np.float32] = self._standard.scaled(self._raw(choices))
        return encoded

    def _raw(self, choices: Choices) -> NDArray[np.float32]:
        if self.kind == "onehot":
            marks: NDArray[np.float32] = self.space.encode(choices, "onehot")
            return marks
        return np.log1p(self._features.encode(choices))
