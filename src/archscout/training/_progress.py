"""What a training tells while it runs: how far, how fast, how long it will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrainProgress:
    """The state of a training.

    Args:
        epoch: the one under way, counted from 1.
        epochs: all of them.
        step: steps taken in this epoch.
        steps: steps of an epoch.
        loss: mean of this epoch so far.
        learning_rate: of the last step.
        images_per_second: of this call, from its start; each path of a round counts.
        seconds_left: until the last epoch ends, at that speed.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    learning_rate: float
    images_per_second: float
    seconds_left: float


OnProgress = Callable[[TrainProgress], None]


class Speed:
    """Counts images and steps against the clock."""

    def __init__(self) -> None:
        self.images = 0
        self.steps = 0
        self._start = time.monotonic()

    def count(self, images: int) -> None:
        """Take note of one step."""
        self.images += images
        self.steps += 1

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._start

    @property
    def images_per_second(self) -> float:
        """Mean since the start; 0 before the first step."""
        return self.images / max(self.seconds, 1e-9)

    def seconds_for(self, steps: int) -> float:
        """Expected time of so many more steps; 0 before the first one."""
        return self.seconds / self.steps * steps if self.steps else 0.0
