"""Finds the row of an architecture in a table: one integer a row instead of one object."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Codes of mixed radix must fit a signed 64-bit integer, with room to spare.
_LARGEST_SPACE = 2**62


class ChoiceIndex:
    """Maps choices ``(n, positions)``, each within its count, to the first row that holds them.

    Each row of choices is one number of mixed radix, and the numbers are kept sorted. In
    spaces of more than 2**62 combinations, a row is its bytes instead.
    """

    def __init__(self, counts: NDArray[np.integer[Any]], choices: NDArray[np.integer[Any]]) -> None:
        sizes = counts.tolist()
        self._weights: NDArray[np.int64] | None = None
        if math.prod(sizes) <= _LARGEST_SPACE:
            weights = [math.prod(sizes[position + 1 :]) for position in range(len(sizes))]
            self._weights = np.array(weights, dtype=np.int64)
        codes = self._codes_of(choices)
        self._rows = np.argsort(codes, kind="stable")
        self._codes = codes[self._rows]

    def _codes_of(self, choices: NDArray[np.integer[Any]]) -> NDArray[Any]:
        wide = np.ascontiguousarray(choices, dtype=np.int64)
        if self._weights is None:
            return wide.view(f"V{wide.shape[1] * wide.itemsize}").ravel()
        return wide @ self._weights

    @property
    def different(self) -> int:
        """Number of different architectures among the rows."""
        return len(self._codes) - int(np.count_nonzero(self._codes[1:] == self._codes[:-1]))

    def rows(self, choices: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
        """First row of each of ``choices`` ``(m, positions)``, ``(m,)``; -1 where absent."""
        if not len(self._codes):
            return np.full(len(choices), -1, dtype=np.int64)
        codes = self._codes_of(choices)
        places = np.minimum(np.searchsorted(self._codes, codes), len(self._codes) - 1)
        return np.where(self._codes[places] == codes, self._rows[places], -1)

    def row(self, choices: Sequence[int]) -> int:
        """First row that holds ``choices`` ``(positions,)``, or -1."""
        return int(self.rows(np.asarray(choices)[None])[0])

    def repeated(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First rows and later rows that hold the same architecture, in order of the later."""
        first = np.empty(len(self._rows), dtype=np.int64)
        first[self._rows] = self._rows[np.searchsorted(self._codes, self._codes)]
        later = np.flatnonzero(first != np.arange(len(first)))
        return first[later], later
