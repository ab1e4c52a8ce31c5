"""The stages of long work: which one is under way, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from archscout._common.own_state import given

if TYPE_CHECKING:
    from archscout.training._progress import TrainProgress

OnStage = Callable[[str, "TrainProgress | None"], None]
"""Told the name of the stage under way, and how far its training is, if it trains."""


class StageClock:
    """Takes the time of each stage, and tells which one is under way."""

    def __init__(self, on_stage: OnStage | None) -> None:
        self.on_stage, self.seconds = given(on_stage), dict[str, float]()
        self._name, self._start = "", time.perf_counter()

    def start(self, name: str) -> Callable[[TrainProgress], None]:
        """End the stage before, begin this one, and give what its training is to tell."""
        self.stop()
        self._name = name
        self.tell(name)
        return partial(self.tell, name)

    def tell(self, what: str, progress: TrainProgress | None = None) -> None:
        """Say what is under way to whoever listens."""
        if self.on_stage is not None:
            self.on_stage(what, progress)

    def stop(self) -> dict[str, float]:
        """End the stage under way; the seconds of all."""
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = now - self._start
        self._name, self._start = "", now
        return self.seconds
