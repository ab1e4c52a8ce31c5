"""What the assessor sees of an architecture: the matrix of its graph, properties, or both."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout.predictors._parts.columns import Columns, Standard
from archscout.predictors._parts.forms import flow_form
from archscout.spaces.base import Choices, SearchSpace

InputKind = Literal["matrix", "properties", "both"]


class AssessorInputs:
    """Makes rows with mean 0 and deviation 1 over the architectures that it was fitted on.

    The matrix is adjacency beside one-hot operations, of the vertices that compute something
    and reach the output, laid out in one row. Entries that are constant in the fitted batch
    say nothing and are left out.
    """

    def __init__(self, space: SearchSpace, kind: InputKind = "both") -> None:
        self.space, self.kind = space, kind
        self._columns = Columns(space, "properties")

    def fit(self, choices: Choices) -> Self:
        """Take shift and width of every entry from choices ``(n, positions)``, n at least 1."""
        self._columns.fit(choices)
        self._standard = Standard(self._raw(choices))
        varies = self._standard.varies
        # One entry stays in any case.
        self._kept = np.flatnonzero(varies) if varies.any() else np.array([0])
        return self

    def encode(self, choices: Choices) -> Tensor:
        """Rows ``(n, p)`` of choices ``(n, positions)``."""
        rows = self._standard.scaled(self._raw(choices))[:, self._kept]
        return torch.from_numpy(rows.astype(np.float32))

    def _raw(self, choices: Choices) -> NDArray[np.float32]:
        if self.kind == "matrix":
            return _matrix_rows(self.space, choices)
        properties = self._columns.encode(choices)
        if self.kind == "properties":
            return properties
        return np.concatenate([_matrix_rows(self.space, choices), properties], axis=1)


def _matrix_rows(space: SearchSpace, choices: NDArray[np.int8]) -> NDArray[np.float32]:
    """Edges above the diagonal, then one-hot operations of live vertices, ``(n, entries)``."""
    graph = flow_form(space, choices)
    source, vertex = np.triu_indices(graph.adjacency.shape[1], 1)
    edges = graph.adjacency[:, source, vertex].astype(np.float32)
    live: NDArray[np.bool_] = np.asarray(graph.adjacency.any(axis=1))
    kinds = np.arange(len(graph.vocabulary))
    marks: NDArray[np.bool_] = graph.operations[:, :, None] == kinds
    marks = marks & live[:, :, None]
    return np.concatenate([edges, marks.reshape(len(marks), -1)], axis=1, dtype=np.float32)
