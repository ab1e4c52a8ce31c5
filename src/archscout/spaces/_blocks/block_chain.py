"""Networks that are a chain of blocks: which arrangements of skips compute the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray


def skips_last(
    choices: NDArray[np.integer[Any]], runs: Iterable[slice], skip: int
) -> NDArray[np.int8]:
    """Move the skips of every run of like places behind its blocks, which keep their order.

    Where all places of a run have the same input and output form, a skip is the identity and
    it makes no difference where it stands: a network trained alone is the same.
    """
    moved = choices.astype(np.int8)
    for run in runs:
        part = moved[:, run]
        order = np.argsort(part == skip, axis=1, kind="stable")
        moved[:, run] = np.take_along_axis(part, order, axis=1)
    return moved
