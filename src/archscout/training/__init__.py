"""Training: one visible loop, its settings, checkpoints and saved networks.

What needs PyTorch is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.training._loop import train
    from archscout.training._network_description import SavedNetwork, make_network
    from archscout.training._path_sampling import PoolPaths, SupernetPaths
    from archscout.training._presets import find_settings
    from archscout.training._progress import TrainProgress
    from archscout.training._recalibrate import recalibrate, recalibrated
    from archscout.training._record import Trained
    from archscout.training._saved_network import load_network, read_network, save_network
    from archscout.training.evaluate import accuracy, predict_classes
    from archscout.training.settings import TrainSettings

__all__ = [
    "PoolPaths",
    "SavedNetwork",
    "SupernetPaths",
    "TrainProgress",
    "TrainSettings",
    "Trained",
    "accuracy",
    "find_settings",
    "load_network",
    "make_network",
    "predict_classes",
    "read_network",
    "recalibrate",
    "recalibrated",
    "save_network",
    "train",
]
__getattr__ = lazily(
    __name__,
    {
        "PoolPaths": "_path_sampling",
        "SavedNetwork": "_network_description",
        "SupernetPaths": "_path_sampling",
        "TrainProgress": "_progress",
        "Trained": "_record",
        "find_settings": "_presets",
        "load_network": "_saved_network",
        "make_network": "_network_description",
        "predict_classes": "evaluate",
        "read_network": "_saved_network",
        "recalibrate": "_recalibrate",
        "save_network": "_saved_network",
        "TrainSettings": "settings",
        "accuracy": "evaluate",
        "recalibrated": "_recalibrate",
        "train": "_loop",
    },
)
