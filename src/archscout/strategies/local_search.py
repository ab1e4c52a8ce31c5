"""Local search with random restarts: move to a better neighbour as soon as one is found.

Source: White, Nolen and Savani, Exploring the Loss Landscape in Neural Architecture Search,
arXiv 2005.02960. Of its two variants this is the one that queries neighbours, in random order,
until one is better, and moves there at once, rather than after all of them are measured; it is
the thriftier of the two. Where no neighbour is better, it starts again from a random architecture.

Deviations: values that are known already, from an earlier climb or told unasked, are used
without being measured again, and a failed measurement is a neighbour that is not better.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.strategies.base import Strategy


class LocalSearch(Strategy):
    """Climbs from neighbour to better neighbour; restarts on a hill top.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> strategy = LocalSearch(ToySpace(), np.random.default_rng(0))
        >>> best = 0.0
        >>> for _ in range(40):
        ...     archs = strategy.ask()
        ...     strategy.tell(archs, [float(sum(arch.choices)) for arch in archs])
        ...     best = max(best, float(sum(archs[0].choices)))
        >>> best
        10.0
    """

    def __init__(
        self, space: SearchSpace, rng: np.random.Generator, *, pool: Choices | None = None
    ) -> None:
        super().__init__(space, rng, pool=pool)
        self._values: dict[Architecture, float] = {}
        self._seen: set[Architecture] = set()
        self._origins: dict[Architecture, str] = {}
        self._here: Architecture | None = None
        self._queue: deque[Architecture] = deque()

    def ask(self, n: int = 1) -> list[Architecture]:
        """Propose the next neighbours of where the climb stands, or a new start."""
        asked: list[Architecture] = []
        while len(asked) < n:
            arch = self._next_neighbor()
            if arch is None and asked:
                break  # a restart waits for the values of the last neighbours
            if arch is None:
                self._here = None
                drawn = self.sample_unseen(1, self._seen)
                if not drawn:
                    break
                arch = drawn[0]
                self._origins[arch] = "start"
            else:
                self._origins[arch] = "neighbor"
            self._seen.add(arch)
            asked.append(arch)
        return asked

    def _next_neighbor(self) -> Architecture | None:
        while self._queue:
            arch = self._queue.popleft()
            if arch in self._values:
                self._climb(arch)
            elif arch not in self._seen and self.in_pool(arch):
                return arch
        return None

    def _climb(self, arch: Architecture) -> None:
        """Stand on ``arch`` if its value is better than where the climb stands."""
        value = self._values[arch]
        if math.isnan(value) or (self._here is not None and value <= self._values[self._here]):
            return
        self._here = arch
        near = self.space.neighbors(arch)
        self._queue = deque(near[int(i)] for i in self.rng.permutation(len(near)))

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        """Climb if one of these is better and next to where the climb stands."""
        for arch, value in zip(archs, values, strict=True):
            self._seen.add(arch)
            self._values[arch] = float(value)
        # At a restart the best of what came is the start; later, values from afar only inform.
        if self._here is None:
            archs = sorted(archs, key=lambda arch: np.nan_to_num(self._values[arch], nan=-np.inf))
            archs = archs[-1:]
        for arch in archs:
            if self._here is None or self._adjacent(arch):
                self._climb(arch)

    def _adjacent(self, arch: Architecture) -> bool:
        assert self._here is not None
        return sum(a != b for a, b in zip(arch.choices, self._here.choices, strict=True)) == 1

    def notes(self, arch: Architecture) -> Mapping[str, Any]:
        """``origin``: start or neighbor."""
        return {"origin": self._origins[arch]} if arch in self._origins else {}
