"""The published search on the supernet of MobileNet, in plain values.

Source:
    SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389), its experiment on ImageNet and its
    released code. Whether the final training takes Nesterov's momentum is not known here; it
    does, as the supernet's does. A limit of 600M MACs is met there by the widths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archscout.spaces.mobilenet.trainings import TRAININGS

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
