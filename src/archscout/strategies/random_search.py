"""Random search: uniform over what can be measured, without repeats.

Source: Li and Talwalkar, Random Search and Reproducibility for Neural Architecture Search,
arXiv 1902.07638, section 3, without its weight sharing. It is the baseline of every comparison.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.strategies.base import Strategy


class RandomSearch(Strategy):
    """Proposes architectures uniformly at random, each one once.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> space = ToySpace()
        >>> asked = RandomSearch(space, np.random.default_rng(0)).ask(5)
        >>> len(set(asked)), all(arch in space for arch in asked)
        (5, True)
    """

    def __init__(
        self, space: SearchSpace, rng: np.random.Generator, *, pool: Choices | None = None
    ) -> None:
        super().__init__(space, rng, pool=pool)
        self._seen: set[Architecture] = set()

    def ask(self, n: int = 1) -> list[Architecture]:
        """Propose up to ``n`` architectures that were neither asked nor told before."""
        asked = self.sample_unseen(n, self._seen)
        self._seen.update(asked)
        return asked

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        """Remember what was measured, so that it is not proposed again."""
        self._seen.update(archs)
