"""Images: readers of folders, arrays and data sets, random crops and flips.

What reads pictures, and what needs PyTorch, is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.images._images import Images, Skipped
    from archscout.images._sets import ImageSets, load_sets
    from archscout.images.augment import Augmentation, ChannelStatistics, channel_statistics
    from archscout.images.load import load_images

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
        "ImageSets": "_sets",
        "Images": "_images",
        "Skipped": "_images",
        "channel_statistics": "augment",
        "load_images": "load",
        "load_sets": "_sets",
    },
)
