"""How images are asked for: what every reader is told beside the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archscout._common.arguments import whole
from archscout._common.memory import check_memory
from archscout.errors import SettingsError
from archscout.images._split_names import SPLITS
from archscout.images._value_range import BY_ITSELF, Whites

RESOLUTION = 32
"""Height and width of an image where none is asked for."""

Progress = Callable[[int, int], None]
"""Called with how many images are read, and how many there are."""


@dataclass(frozen=True)
class Request:
    """Arguments of `load_images`, checked.

    ``known`` are names of classes that there may be, ``whites`` the numbers that are white.
    """

    resolution: int | None = None
    workers: int | None = None
    limit: int | None = None
    split: str = "train"
    progress: Progress | None = None
    classes: bool = True
    known: tuple[str, ...] = ()
    whites: Whites = BY_ITSELF

    def __post_init__(self) -> None:
        for name in ("resolution", "workers", "limit"):
            if getattr(self, name) is not None:
                whole(getattr(self, name), name, 1)
        if self.split not in SPLITS:
            raise SettingsError(
                f"got split={self.split!r}, expected 'train', 'validation' or 'test'"
            )

    @property
    def side(self) -> int:
        """Height and width of the result in pixels."""
        return RESOLUTION if self.resolution is None else int(self.resolution)

    def wanted(self, available: int) -> int:
        """How many images are taken of those available."""
        return available if self.limit is None else min(self.limit, available)

    def room(self, count: int) -> NDArray[np.uint8]:
        """Room for the pixels of so many images, if they fit into memory."""
        check_memory(
            count * self.side**2 * 3,
            f"{count:,} image{'' if count == 1 else 's'} of {self.side:,}x{self.side:,} pixels",
            "take a lower resolution, or fewer images (limit)",
        )
        return np.empty((count, self.side, self.side, 3), dtype=np.uint8)

    def report(self, done: int, total: int) -> None:
        """Tell the caller how far the reading is."""
        if self.progress is not None:
            self.progress(done, total)
