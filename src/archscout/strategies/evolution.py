"""Regularized evolution: the best of a random sample has a child, the oldest one dies.

Source: Real et al., Regularized Evolution for Image Classifier Architecture Search,
arXiv 1802.01548, algorithm 1. The defaults, population 50 and sample 10, are those of the
NAS-Bench tables' own baselines rather than the paper's 100 and 25, which suit thousands of labels.
The first population is random: up to 50 labels this is random search, and with few labels more a
smaller population, such as 10, uses them better.

Deviations:
- A child that was seen before is mutated again from the same parent, at most `retries` times;
  after that an unseen architecture is drawn at random. The paper trains repeats anew, and on a
  table a repeat would be a label that teaches nothing.
- A child whose measurement failed dies at once and leaves the population as it was.
- Values that come unasked join the population like children.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from archscout._common.arguments import whole
from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.strategies._evolution import fittest, mutated
from archscout.strategies.base import Strategy


class Evolution(Strategy):
    """Age-based evolution with one mutated decision a child and no crossover.

    Args:
        space: the search space.
        rng: the only source of randomness.
        pool: choices ``(n, positions)`` that can be measured, or None for the whole space.
        population: number of architectures alive, 2 or more; as many are drawn at random first,
            so that a search with no more labels than that is random search.
        sample: how many of them, drawn with replacement, compete to be the parent; 1 or more.
        retries: how often a child that was seen before is mutated anew.

    Raises:
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> strategy = Evolution(ToySpace(), np.random.default_rng(0), population=5, sample=2)
        >>> for _ in range(9):
        ...     archs = strategy.ask()
        ...     strategy.tell(archs, [float(sum(arch.choices)) for arch in archs])
        >>> strategy.notes(archs[0])["origin"]
        'mutation'
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        pool: Choices | None = None,
        population: int = 50,
        sample: int = 10,
        retries: int = 50,
    ) -> None:
        super().__init__(space, rng, pool=pool)
        self.population = whole(population, "population", 2)
        self.sample = whole(sample, "sample", 1)
        self.retries = whole(retries, "retries", 0)
        self._alive: deque[Architecture] = deque(maxlen=self.population)
        self._values: dict[Architecture, float] = {}
        self._pending: set[Architecture] = set()
        self._seen: set[Architecture] = set()
        self._origins: dict[Architecture, str] = {}

    def ask(self, n: int = 1) -> list[Architecture]:
        """Propose first random architectures, then children of the best of random samples."""
        asked: list[Architecture] = []
        while len(asked) < n:
            full = len(self._alive) + len(self._pending) >= self.population
            arch = self._child() if full and self._alive else None
            origin = "mutation"
            if arch is None:
                drawn = self.sample_unseen(1, self._seen)
                if not drawn:
                    break
                arch, origin = drawn[0], "random" if full else "first"
            asked.append(arch)
            self._origins[arch] = origin
            self._seen.add(arch)
            self._pending.add(arch)
        return asked

    def _child(self) -> Architecture | None:
        parent = fittest(self._alive, self._values, self.sample, self.rng)
        for _ in range(self.retries + 1):
            child = mutated(self.space, parent, self.rng)
            if child is None:
                return None
            if child not in self._seen and self.in_pool(child):
                return child
        return None

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        """Add the measured to the population; the oldest make room for new ones."""
        for arch, value in zip(archs, values, strict=True):
            self._pending.discard(arch)
            self._seen.add(arch)
            if not math.isnan(value):
                if arch not in self._values:
                    self._alive.append(arch)
                self._values[arch] = float(value)

    def notes(self, arch: Architecture) -> Mapping[str, Any]:
        """``origin``: first, mutation, or random where every child tried was seen before."""
        return {"origin": self._origins[arch]} if arch in self._origins else {}
