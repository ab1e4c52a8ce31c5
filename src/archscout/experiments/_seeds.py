"""What comparisons and rankings ask of seeds."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from archscout._common.saying import count
from archscout.errors import SettingsError
from archscout.stats._leads import ENOUGH_SEEDS, too_few_seeds


def check_seeds(seeds: int | Sequence[int]) -> list[int]:
    """List the seeds that are meant: how many (0, 1, ...), or which."""
    try:
        listed = list(range(operator.index(seeds)))  # type: ignore[arg-type]
    except TypeError:
        listed = _whole(seeds)
    if not listed or min(listed) < 0 or len(set(listed)) < len(listed):
        raise SettingsError(
            f"got seeds={seeds!r}, expected a number of seeds above 0 or different seeds of 0 "
            "or more"
        )
    return listed


def _whole(seeds: Any) -> list[int]:
    """The seeds as whole numbers; an empty list if one is anything else."""
    try:
        return [operator.index(seed) for seed in seeds]
    except TypeError:
        return []


def few_seeds(seeds: int) -> list[str]:
    """The warning that fewer seeds than `ENOUGH_SEEDS` deserve, in a list; else an empty one."""
    if seeds >= ENOUGH_SEEDS:
        return []
    said = (
        f"only {count(seeds, 'seed')}: take the results as a trial, {ENOUGH_SEEDS} paired seeds "
        "are the least for a claim"
    )
    few = too_few_seeds(seeds, 0)
    return [f"{said}; {few}, and 95 % intervals of so few are too narrow" if few else said]
