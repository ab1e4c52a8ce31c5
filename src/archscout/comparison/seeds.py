"""What comparisons and rankings ask of seeds, and how they draw for their statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archscout.errors import SettingsError

ENOUGH_SEEDS = 20


def check_seeds(seeds: int | Sequence[int]) -> list[int]:
    """List the seeds that are meant: how many (0, 1, ...), or which.

    Raises:
        SettingsError: if there is none, or one is negative or repeats.

    Examples:
        >>> check_seeds(3), check_seeds([7, 5])
        ([0, 1, 2], [7, 5])
    """
    listed = list(range(seeds)) if isinstance(seeds, int) else [int(seed) for seed in seeds]
    if not listed or min(listed) < 0 or len(set(listed)) < len(listed):
        raise SettingsError(
            f"got seeds={seeds!r}, expected a number of seeds above 0 or different seeds of 0 "
            "or more"
        )
    return listed


def few_seeds(seeds: int) -> list[str]:
    """The warning that fewer seeds than `ENOUGH_SEEDS` deserve, in a list; else an empty one."""
    if seeds >= ENOUGH_SEEDS:
        return []
    count = "1 seed" if seeds == 1 else f"{seeds} seeds"
    return [
        f"only {count}: take the results as a trial, {ENOUGH_SEEDS} paired seeds are the "
        "least for a claim"
    ]


def statistics_rng() -> np.random.Generator:
    """The generator of each interval and test, always the same: results can be made again.

    Every interval starts it anew, so that one strategy more changes no other's numbers.
    """
    return np.random.default_rng(20)
