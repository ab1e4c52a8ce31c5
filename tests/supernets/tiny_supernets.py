"""Supernets small enough for tests."""

from __future__ import annotations

from typing import Any

import torch

from archscout.spaces._blocks.supernet import Supernet
from archscout.supernets import make_supernet

WIDTHS = {"stem": 4, "first": 4, "stages": [4, 4, 6, 8, 8, 8], "last": 16}
FORMS: dict[str, tuple[str, dict[str, Any], int]] = {
    "nasbench201": ("nasbench201", {"channels": 4, "cells": 2, "classes": 5}, 16),
    "darts": ("darts", {"channels": 4, "cells": 3, "classes": 5}, 16),
    "darts-bare": ("darts", {"channels": 4, "cells": 3, "pool_norms": False}, 16),
    "darts-imagenet": (
        "darts",
        {"network": "imagenet", "channels": 4, "cells": 4, "classes": 5},
        64,
    ),
    "mobilenet": ("mobilenet", {"widths": WIDTHS, "classes": 5}, 32),
    "nasbench-macro": ("nasbench-macro", {"channels": 4, "classes": 5}, 16),
}
"""(space, settings, resolution) by name."""


def tiny(form: str, seed: int = 0) -> Supernet:
    """A tiny supernet, drawn by a seed."""
    space, settings, _ = FORMS[form]
    generator = torch.Generator().manual_seed(seed)
    return make_supernet(space, generator=generator, **settings)


def images(form: str, n: int = 4) -> torch.Tensor:
    """Images that the tiny supernet takes."""
    side = FORMS[form][2]
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(99))


def shake(supernet: Supernet, seed: int) -> None:
    """Move all weights, norms among them, as if trained, and let norms see images."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in supernet.parameters():
            weight.add_(0.3 * torch.randn(weight.shape, generator=generator))
