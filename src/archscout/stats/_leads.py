"""Who leads in a paired test, as whoever leads sees it, and whether so few seeds can show it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from archscout._common.saying import count
from archscout.stats.paired import least_sign_flip_p_value

SIGNIFICANT = 0.05
ENOUGH_SEEDS = 20
"""With fewer paired seeds results are a trial and no claim."""


@dataclass(frozen=True)
class Lead:
    """A paired test from the side of the method with the better mean.

    Args:
        leader, other: names; where the means are equal, the tested method and its baseline.
        size: how far the leader's mean is ahead, 0 or more.
        low, high: ends of the interval of ``size``; NaN for one seed.
        median: how far the leader is ahead in the median; below zero where it is behind.
        seeds: number of pairs.
        wins, losses, ties: seeds on which the leader is better, worse, equal.
    """

    leader: str
    other: str
    size: float
    low: float
    high: float
    median: float
    seeds: int
    wins: int
    losses: int
    ties: int

    @property
    def counts(self) -> str:
        """On how many seeds the leader is better and worse; a tie is neither."""
        said = f"{self.leader} better on {self.wins} of {count(self.seeds, 'seed')}"
        said += f", worse on {self.losses}"
        return said + (f", equal on {self.ties}" if self.ties else "")

    @property
    def doubts(self) -> list[str]:
        """What says the contrary of the mean."""
        said = []
        if self.losses > self.wins:
            said.append(f"{self.other} is better on more seeds")
        if self.median < 0 and self.size > 0:
            said.append(f"{self.other} is ahead in the median")
        return said


def find_lead(row: Mapping[str, Any], ours: str, theirs: str) -> Lead:
    """Look at a paired test from the side of whoever has the better mean.

    Examples:
        >>> row = {"mean_difference": -2.0, "low": -3.0, "high": 0.5, "median_difference": 1.0,
        ...        "seeds": 4, "wins": 3, "losses": 1, "ties": 0}
        >>> lead = find_lead(row, "mine", "random")
        >>> lead.leader, lead.size, lead.counts
        ('random', 2.0, 'random better on 1 of 4 seeds, worse on 3')
        >>> lead.doubts
        ['mine is better on more seeds', 'mine is ahead in the median']
    """
    mean, low, high = row["mean_difference"], row["low"], row["high"]
    median = row.get("median_difference", math.nan)
    wins, losses = int(row["wins"]), int(row["losses"])
    names = ours, theirs
    if mean < 0:
        mean, low, high, median = -mean, -high, -low, -median
        wins, losses, names = losses, wins, (theirs, ours)
    return Lead(
        *names, abs(mean), low, high, median, int(row["seeds"]), wins, losses, int(row["ties"])
    )


def too_few_seeds(seeds: int, ties: int, tests: int = 1) -> str:
    """Why a paired test over these seeds cannot show any difference; empty where it can.

    Pairs that tie say nothing of its sign; the p-value is corrected for ``tests``.

    Examples:
        >>> too_few_seeds(4, 0)
        '4 seeds cannot show a difference (the least possible p is 0.125)'
        >>> too_few_seeds(20, 0, tests=30)
        ''
    """
    least = min(1.0, tests * least_sign_flip_p_value(seeds - ties))
    if least <= SIGNIFICANT:
        return ""
    unequal = f"{count(seeds, 'seed')}{f', {ties} of them equal,' if ties else ''}"
    corrected = f", corrected for {tests} tests" if tests > 1 else ""
    return f"{unequal} cannot show a difference (the least possible p is {least:.3g}{corrected})"


def statistics_rng() -> np.random.Generator:
    """The generator of each interval and test, always the same: results can be made again.

    Every interval starts it anew, so that one strategy more changes no other's numbers.
    """
    return np.random.default_rng(20)
