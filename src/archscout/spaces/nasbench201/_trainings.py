"""Settings of training for NAS-Bench-201: as published, and reduced for small machines.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834), its released code.
Deviation: crops are shifts by a few padded pixels. The reduced settings are this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRAININGS: Mapping[str, Mapping[str, Any]] = {
    "nasbench201": {"epochs": 250, "crop": 4},
    # With the published rate, weights hardly turn in so few epochs: docs/results/random-labels.md.
    "nasbench201-reduced": {"epochs": 15, "learning_rate": 0.3},
}
