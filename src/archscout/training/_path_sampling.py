"""Where the paths of a supernet's training steps come from.

Source: single-path training (Guo et al., ECCV 2020, arXiv 1904.00420); a fair round sums the
gradients of its paths over one batch into one update (FairNAS, ICCV 2021, arXiv 1907.01845);
a pool of paths is what SemiNAS (arXiv 2002.10389) trains its supernet on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces._blocks.supernet import Supernet

Paths = NDArray[np.int8]


class PathSource(Protocol):
    """Draws the paths of an epoch."""

    def draw(self, rng: np.random.Generator, steps: int) -> Paths:
        """Paths ``(steps, paths a step, places, width)``; their gradients are summed."""

    def facts(self) -> dict[str, Any]:
        """Plain values that tell this source from others."""


@dataclass(frozen=True)
class SupernetPaths:
    """Paths that a supernet draws itself.

    Args:
        supernet: the supernet.
        sampling: ``"uniform"`` or ``"fair"``.
        shared: whether all cells of a kind have the same operations; None does as published.
    """

    supernet: Supernet
    sampling: str = "uniform"
    shared: bool | None = None

    def draw(self, rng: np.random.Generator, steps: int) -> Paths:
        """See `PathSource.draw`."""
        size = self.supernet.round_size(self.sampling)
        drawn = self.supernet.draw_paths(rng, steps * size, self.sampling, shared=self.shared)
        return drawn.reshape(steps, size, *drawn.shape[1:])

    def facts(self) -> dict[str, Any]:
        """See `PathSource.facts`."""
        return {"paths": self.sampling, "shared": self.shared}


@dataclass(frozen=True, eq=False)
class PoolPaths:
    """Uniform draws, with replacement, from a pool that may change between rounds of training.

    Args:
        pool: ``(n, places, width)``, as `Supernet.paths_of` gives them.

    Raises:
        SettingsError: if the pool is empty.

    Examples:
        >>> pool = PoolPaths(np.zeros((5, 3, 6), dtype=np.int8))
        >>> pool.draw(np.random.default_rng(0), 4).shape
        (4, 1, 3, 6)
    """

    pool: Paths

    def __post_init__(self) -> None:
        if self.pool.ndim != 3 or not len(self.pool):
            raise SettingsError(
                f"got a pool of shape {self.pool.shape}, expected (n, places, width) with n from 1"
            )

    def draw(self, rng: np.random.Generator, steps: int) -> Paths:
        """See `PathSource.draw`."""
        return self.pool[rng.integers(len(self.pool), size=steps)][:, None]

    def facts(self) -> dict[str, Any]:
        """See `PathSource.facts`; the pool itself is no part of it."""
        return {"paths": "pool"}
