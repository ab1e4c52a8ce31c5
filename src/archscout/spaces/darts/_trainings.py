"""Settings of training for DARTS: as published, and reduced for small machines.

Source:
    Random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834), its released code.
    Deviations: crops are shifts by a few padded pixels, while the ImageNet settings have crops
    of random size and changed lighting; one process takes the whole batch, which was spread over
    eight; no auxiliary head, no dropout; with ``decay_all`` off, all weights of two dimensions or
    more decay, while the released ``darts-imagenet`` leaves out the classifier by accident. The
    reduced settings are this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archscout.spaces._blocks.trainings import IMAGENET

_CIFAR = {"nesterov": False, "weight_decay": 3e-4, "clip_norm": 5.0}

TRAININGS: Mapping[str, Mapping[str, Any]] = {
    "darts-cifar10": {"epochs": 250, "crop": 4, **_CIFAR},
    "darts-imagenet": {**IMAGENET, "epochs": 50, "learning_rate": 0.1},
    "darts-final": {
        **IMAGENET,
        "epochs": 250,
        "batch": 1024,
        "learning_rate": 0.5,
        "final_learning_rate": 0.0,
        "warmup_epochs": 5,
        "weight_decay": 3e-5,
        "decay_all": True,
        "clip_value": None,
    },
    "darts-reduced": {"epochs": 15, **_CIFAR},
}
