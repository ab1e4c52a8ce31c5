"""Settings of training and of the search on the supernet for MobileNet, in plain values.

Source:
    ``mobilenet`` and ``mobilenet-final``: random-label search (Zhang et al., CVPR 2021, arXiv
    2101.11834), its released code. ``seminas``: SemiNAS (Luo et al., NeurIPS 2020, arXiv
    2002.10389), its released code for ImageNet, where 20,000 updates of 512 images are 8 epochs
    a round. Deviations: crops are shifts by a few padded pixels instead of crops of random size,
    and no lighting is changed; one process takes the whole batch, which was spread over eight; no
    dropout. The reduced settings are this project's own.

    `SUPERNET_SEARCH`: the experiment of SemiNAS on ImageNet. Whether the final training takes
    Nesterov's momentum is not known here; it does, as the supernet's does. A limit of 600M MACs
    is met there by the widths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archscout.spaces._blocks.trainings import IMAGENET

TRAININGS: Mapping[str, Mapping[str, Any]] = {
    "mobilenet": {**IMAGENET, "epochs": 120, "learning_rate": 0.25},
    "seminas": {
        **IMAGENET,
        "epochs": 8,
        "learning_rate": 0.4,
        "schedule": "step",
        "step_factor": 0.97,
        "nesterov": True,
        "clip_value": None,
    },
    "mobilenet-final": {
        **IMAGENET,
        "epochs": 240,
        "batch": 1024,
        "learning_rate": 0.5,
        "final_learning_rate": 0.0,
        "clip_value": None,
    },
    "mobilenet-reduced": {**IMAGENET, "epochs": 15, "batch": 64, "learning_rate": 0.05},
}

SUPERNET_SEARCH: Mapping[str, Any] = {
    "supernet": {"widths": "search"},
    "training": TRAININGS["seminas"],
    "updates": 20_000,
    "first": 100,
    "each": 100,
    "rounds": 3,
    "pool": "newest",
    "preset": "paper-imagenet",
    # 50,000 of the 1,281,167 training images are held out.
    "validation": 50_000 / 1_281_167,
    "recalibration": 0,
    "network": {"widths": "final"},
    "final_training": {
        **TRAININGS["mobilenet-final"],
        "epochs": 300,
        "batch": 256,
        "learning_rate": 0.05,
        "schedule": "cosine",
        "nesterov": True,
    },
}
