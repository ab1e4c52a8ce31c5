"""Training: a user's images, random crops and flips, networks in folders.

What needs PyTorch is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from archscout.training.image_sets import ImageSets, load_sets
from archscout.training.images import Images, Skipped, load_images

if TYPE_CHECKING:
    from archscout.training.augment import Augmentation, ChannelStatistics, channel_statistics
    from archscout.training.evaluate import accuracy
    from archscout.training.loop import train
    from archscout.training.recalibrate import recalibrated
    from archscout.training.settings import TrainSettings
    from archscout.training.single_network import train_network

_HOMES = {
    "Augmentation": "augment",
    "ChannelStatistics": "augment",
    "channel_statistics": "augment",
    "TrainSettings": "settings",
    "accuracy": "evaluate",
    "recalibrated": "recalibrate",
    "train": "loop",
    "train_network": "single_network",
}


def __getattr__(name: str) -> Any:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "Augmentation",
    "ChannelStatistics",
    "ImageSets",
    "Images",
    "Skipped",
    "TrainSettings",
    "accuracy",
    "channel_statistics",
    "load_images",
    "load_sets",
    "recalibrated",
    "train",
    "train_network",
]
