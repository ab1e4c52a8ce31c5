"""Training: one visible loop, its settings, checkpoints and saved networks.

What needs PyTorch is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.training.evaluate import accuracy
    from archscout.training.loop import train
    from archscout.training.recalibrate import recalibrated
    from archscout.training.settings import TrainSettings

__all__ = ["TrainSettings", "accuracy", "recalibrated", "train"]
__getattr__ = lazily(
    __name__,
    {
        "TrainSettings": "settings",
        "accuracy": "evaluate",
        "recalibrated": "recalibrate",
        "train": "loop",
    },
)
