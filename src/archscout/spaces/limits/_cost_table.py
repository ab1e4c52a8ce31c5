"""Costs that add up over decisions: exact range, and exactly uniform draws below a limit.

A network whose multiply-adds (parameters, estimated latency) are a sum of one term for each
group of decisions can be counted by dynamic programming: how many ways the rest of the decisions
leave of staying within the limit. Drawing each decision in proportion to these counts is
uniform over all architectures within the limit, however few of the space they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._architecture import Choices
from archscout.spaces._whole import WholeSpace
from archscout.spaces.limits._limit import Limit

_BINS = 4096
_CHUNK = 4096
_NUMBERS = 2**22  # Of one array of a chunk, so that decisions with many options fit memory.


@dataclass(frozen=True)
class Group:
    """One group of decisions.

    Args:
        positions: ``(k,)`` where its decisions stand.
        options: ``(m, k)`` every combination of their options.
        costs: ``(m,)`` what each adds.
    """

    positions: NDArray[np.int64]
    options: Choices
    costs: NDArray[np.float64]


@dataclass(frozen=True)
class CostTable:
    """A cost as a fixed part and one term for each group of decisions."""

    fixed: float
    groups: tuple[Group, ...]

    @property
    def range(self) -> tuple[float, float]:
        """Exact least and greatest cost of the space."""
        least = sum(float(group.costs.min()) for group in self.groups)
        most = sum(float(group.costs.max()) for group in self.groups)
        return self.fixed + least, self.fixed + most


class Draws:
    """Draws architectures uniformly from those within a limit, and a few just outside.

    Costs are rounded down to 1/4096 of what is left above the cheapest network, so that some
    drawn ones are outside: whoever draws drops them, and the rest is uniform.
    """

    def __init__(self, table: CostTable, limit: Limit) -> None:
        least, most = table.range
        self.groups = table.groups
        unit = max(min(limit.most, most) - least, 1e-9) / (_BINS - 1)
        shifted = [group.costs - group.costs.min() for group in table.groups]
        steps = [np.minimum(costs / unit * (1 - 1e-12), _BINS) for costs in shifted]
        self._bins = [step.astype(np.int64) for step in steps]
        # Every group may have been rounded down by nearly one bin.
        lowest = np.clip((limit.least - least) / unit - len(self.groups) - 1, 0, _BINS)
        self._lowest = int(lowest)
        kinds = [group.options.dtype for group in table.groups]
        self._dtype = np.result_type(np.int8, *kinds)

    @cached_property
    def _ways(self) -> list[NDArray[np.float64]]:
        """How many ways groups g, g+1, ... can go on from each sum of bins, ``(4096,)`` each."""
        after = np.zeros(_BINS)
        after[self._lowest :] = 1.0
        ways = [after]
        for bins in reversed(self._bins):
            before = np.zeros(_BINS)
            for step, times in zip(*np.unique(bins, return_counts=True), strict=True):
                if step < _BINS:
                    before[: _BINS - step] += times * after[step:]
            # Only ratios matter, and the counts of large spaces would overflow.
            after = before / max(before.max(), 1.0)
            ways.append(after)
        return ways[::-1]

    def draw(self, rng: np.random.Generator, n: int, positions: int) -> Choices:
        """Draw ``n`` architectures as choices ``(n, positions)``; none where none can fit."""
        n = n if self._ways[0][0] > 0 else 0
        largest = max((len(group.options) for group in self.groups), default=1)
        chunk = max(1, min(_CHUNK, _NUMBERS // largest))
        parts = [self._draw(rng, min(chunk, n - start), positions) for start in range(0, n, chunk)]
        return np.concatenate([np.empty((0, positions), self._dtype), *parts])

    def _draw(self, rng: np.random.Generator, n: int, positions: int) -> Choices:
        rows = np.zeros((n, positions), dtype=self._dtype)
        used = np.zeros(n, dtype=np.int64)
        for group, bins, ways in zip(self.groups, self._bins, self._ways[1:], strict=True):
            after = used[:, None] + bins
            shares = np.where(after < _BINS, ways[np.minimum(after, _BINS - 1)], 0.0)
            sums = np.cumsum(shares, axis=1)
            picks = (sums <= rng.random((n, 1)) * sums[:, -1:]).sum(axis=1)
            picks = np.minimum(picks, len(bins) - 1)  # A draw next to 1 may round to 1.
            rows[:, group.positions] = group.options[picks]
            used += bins[picks]
        return rows


def cost_table(space: WholeSpace, limit: Limit) -> CostTable | None:
    """Take a cost apart by its ``cost_groups``; None where it is not known to add up."""
    groups = space.cost_groups
    if limit.measure is not None:
        groups = getattr(limit.measure, "cost_groups", None)
    if groups is None:
        return None
    start = np.zeros((1, len(space.variables)), dtype=space.choice_dtype)
    fixed = float(limit.costs(space, start)[0])
    found = []
    for positions in groups:
        counts = space.option_counts[list(positions)]
        options = np.indices(tuple(counts), dtype=space.choice_dtype).reshape(len(positions), -1).T
        rows = np.repeat(start, len(options), axis=0)
        rows[:, list(positions)] = options
        found.append(Group(np.array(positions), options, limit.costs(space, rows) - fixed))
    return CostTable(fixed, tuple(found))
