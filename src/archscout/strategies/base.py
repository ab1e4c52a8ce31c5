"""The contract of every strategy: `ask` proposes, `tell` reports; no I/O, no benchmark."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from archscout._common.own_state import guard
from archscout.errors import SettingsError
from archscout.spaces._index import ChoiceIndex
from archscout.spaces.base import Architecture, Choices, SearchSpace


class Strategy(ABC):
    """Proposes architectures to measure and learns from the values.

    Values are higher-is-better; NaN means that the measurement failed. The same space,
    generator state, pool and told values give the same proposals.

    Args:
        space: the search space.
        rng: the only source of randomness.
        pool: choices ``(n, positions)`` that can be measured, or None for the whole space.

    Attributes:
        audit: one row of plain values for each learning round (empty for strategies that
            do not learn); the report shows it.
    """

    def __init__(
        self, space: SearchSpace, rng: np.random.Generator, *, pool: Choices | None = None
    ) -> None:
        self.space = space
        self.rng = rng
        self.pool = None if pool is None else space.as_choices(pool)
        self._pool_index = None
        if self.pool is not None:
            self._pool_index = ChoiceIndex(space.option_counts, self.pool)
        if self.pool is not None and not len(self.pool):
            raise SettingsError("got an empty pool, expected at least one architecture to measure")
        self.audit: list[dict[str, Any]] = []

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        guard(cls, "ask", "tell")

    @property
    def minimum_labels(self) -> int:
        """Fewest labels with which the strategy makes sense (its first round and one more)."""
        return 1

    @abstractmethod
    def ask(self, n: int = 1) -> list[Architecture]:
        """Propose between 1 and ``n`` architectures that can be bought.

        Architectures proposed before are avoided while others are left. An empty list means
        that the strategy has nothing left to propose.
        """

    @abstractmethod
    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        """Report values (higher is better, NaN for failed), also of architectures not asked.

        The value of an architecture that was told before is a newer one, in place of the older.
        """

    def notes(self, arch: Architecture) -> Mapping[str, Any]:
        """Plain values to record beside a proposal, such as ``predicted`` and ``round``.

        ``predicted`` is on the scale of the told values (higher is better); the study turns it
        back where the objective is minimised.
        """
        return {}

    def in_pool(self, arch: Architecture) -> bool:
        """Whether the pool has ``arch``, or the listed architecture that it stands for."""
        if self._pool_index is None:
            return True
        if arch not in self.space:
            return False
        return self._pool_index.row(self.space.representatives([arch])[0]) >= 0

    def sample_unseen(self, n: int, seen: set[Architecture]) -> list[Architecture]:
        """Draw up to ``n`` different architectures uniformly from the pool, none in ``seen``."""
        if self.pool is None:
            fresh = self._sample_whole_space(n, seen)
            if fresh is not None:
                return fresh
        rows = self.space.all_choices() if self.pool is None else self.pool
        order = self.rng.permutation(len(rows))
        drawn: dict[Architecture, None] = {}
        for start in range(0, len(order), 1024):
            for arch in self.space.architectures(rows[order[start : start + 1024]]):
                if arch not in seen:
                    drawn[arch] = None
                    if len(drawn) == n:
                        return list(drawn)
        return list(drawn)

    def _sample_whole_space(self, n: int, seen: set[Architecture]) -> list[Architecture] | None:
        """Rejection sampling; None once so much is wanted or seen that listing is better."""
        try:
            if 4 * n > len(self.space):
                return None
        except (TypeError, OverflowError):
            pass  # A space that cannot be listed can only be sampled.
        drawn: dict[Architecture, None] = {}
        for _ in range(100):
            for arch in self.space.sample(self.rng, n - len(drawn)):
                if arch not in seen:
                    drawn[arch] = None
            if len(drawn) == n:
                return list(drawn)
        return None
