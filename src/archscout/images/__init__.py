"""Images: readers of folders, arrays and data sets, random crops and flips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.images.images import Images, Skipped, load_images
from archscout.images.sets import ImageSets, load_sets

if TYPE_CHECKING:
    from archscout.images.augment import Augmentation, ChannelStatistics, channel_statistics

__all__ = [
    "Augmentation",
    "ChannelStatistics",
    "ImageSets",
    "Images",
    "Skipped",
    "channel_statistics",
    "load_images",
    "load_sets",
]
__getattr__ = lazily(
    __name__,
    {
        "Augmentation": "augment",
        "ChannelStatistics": "augment",
        "channel_statistics": "augment",
    },
)
