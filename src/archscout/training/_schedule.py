"""The learning rate of every step."""

from __future__ import annotations

import math

from archscout.training.settings import TrainSettings


def learning_rate(settings: TrainSettings, epoch: int, step: int, steps: int) -> float:
    """The learning rate of a step of so many in an epoch; both are counted from 0."""
    first, last = settings.learning_rate, settings.final_learning_rate
    warmup = settings.warmup_epochs
    past = epoch + step / steps
    if past < warmup:
        # The step counts as taken, so that the first one is not lost at a rate of zero.
        return first * (past + 1 / steps) / warmup
    if settings.schedule == "step":
        return first * settings.step_factor ** (epoch - warmup)
    share = (past - warmup) / (settings.epochs - warmup)
    left = (1 + math.cos(math.pi * share)) / 2 if settings.schedule == "cosine" else 1 - share
    return last + (first - last) * left
