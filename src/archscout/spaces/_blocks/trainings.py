"""Settings of training that several spaces begin with, in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IMAGENET: Mapping[str, Any] = {
    "batch": 512,
    "final_learning_rate": 5e-4,
    "schedule": "linear",
    "nesterov": False,
    "weight_decay": 4e-5,
    "decay_all": False,
    "label_smoothing": 0.1,
    "clip_value": 5.0,
}
"""Of random-label search and of SemiNAS on ImageNet."""
