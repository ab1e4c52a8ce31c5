"""What was made of a batch of architectures, found again: a search predicts one pool many times."""

from __future__ import annotations

import math
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._index import ChoiceIndex
from archscout.spaces.base import Choices, SearchSpace

_Made = TypeVar("_Made")


class Kept(Generic[_Made]):
    """Keeps what was made of one batch; nothing in a space that integers cannot number."""

    def __init__(self, space: SearchSpace) -> None:
        self._counts = space.option_counts
        self._numbered = math.prod(self._counts.tolist()) < 2**62
        self._kept: tuple[ChoiceIndex, _Made] | None = None

    @property
    def holds(self) -> bool:
        """Whether something is kept."""
        return self._kept is not None

    def keep(self, choices: Choices, made: _Made) -> None:
        """Keep what was made of choices ``(n, positions)`` in place of what was kept before."""
        if self._numbered:
            self._kept = ChoiceIndex(self._counts, choices), made

    def find(self, choices: Choices) -> tuple[_Made, NDArray[np.int64]] | None:
        """What is kept and where in it choices ``(m, positions)`` are, if all of them are."""
        if self._kept is None:
            return None
        index, made = self._kept
        rows = index.rows(choices)
        return (made, rows) if (rows >= 0).all() else None
