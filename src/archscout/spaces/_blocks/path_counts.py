"""On how many paths through a cell each of its edges lies."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


def path_counts(
    there: NDArray[np.bool_],
    edges: Sequence[tuple[int, int]],
    starts: Collection[int],
    ends: Collection[int],
) -> NDArray[np.int64]:
    """Count, for every edge ``(..., edges)`` that is there, the paths from a start to an end by it.

    The number is that of ways from a start to the edge's source, times that of ways from its
    target to an end, so that no path need be listed. Edges come in ascending order of targets,
    with sources below targets; no edge leads to a start, while paths may go on from an end.
    """
    nodes = 1 + max(target for _, target in edges)
    before = np.zeros((*there.shape[:-1], nodes), dtype=np.int64)
    after = np.zeros_like(before)
    before[..., list(starts)] = 1
    after[..., list(ends)] = 1
    for edge, (source, target) in enumerate(edges):
        before[..., target] += np.where(there[..., edge], before[..., source], 0)
    for edge, (source, target) in reversed(list(enumerate(edges))):
        after[..., source] += np.where(there[..., edge], after[..., target], 0)
    sources, targets = np.array(edges).T
    counts: NDArray[np.int64] = np.where(there, before[..., sources] * after[..., targets], 0)
    return counts
