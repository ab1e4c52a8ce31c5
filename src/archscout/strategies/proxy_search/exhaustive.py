"""Scores every architecture of a space that can be listed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from archscout._common.arguments import whole
from archscout._common.own_state import given, own_state
from archscout.errors import SettingsError
from archscout.spaces.base import SearchSpace
from archscout.strategies.proxy_search._result import ProxySearchResult, Score, checked_scores


@own_state(one_thread=False)
def score_all(
    space: SearchSpace,
    score: Score,
    *,
    block: int = 4096,
    on_block: Callable[[int, int], None] | None = None,
) -> ProxySearchResult:
    """Score every architecture of a space, or of a space within limits, block by block.

    Args:
        space: the space.
        score: gives ``(n,)`` numbers for choices ``(n, positions)``, higher is better.
        block: how many are scored at a time, 1 or more.
        on_block: told how many are scored, and of how many, after each block.

    Returns:
        All architectures in the order of ``space.all_choices()`` with their scores.

    Raises:
        SettingsError: if the space is too large to be listed, or the score gives another shape.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> found = score_all(ToySpace(), lambda choices: choices.sum(axis=1))
        >>> found.best_score, found.scored
        (10.0, 105)
    """
    block = whole(block, "block", 1)
    try:
        rows = space.all_choices()
    except TypeError:
        raise SettingsError(
            f"space {space.name!r} is too large to be scored whole: search it with evolve()"
        ) from None
    scores = np.empty(len(rows))
    for start in range(0, len(rows), block):
        scores[start : start + block] = checked_scores(score, rows[start : start + block])
        if on_block is not None:
            given(on_block)(min(start + block, len(rows)), len(rows))
    return ProxySearchResult(
        space, rows, scores, stopped=f"all {len(rows):,} architectures were scored"
    )
