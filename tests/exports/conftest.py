"""Small networks of every space, and runs of them in folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from archscout.training._saved_network import SavedNetwork, make_network, save_network

SIZES: dict[str, dict[str, Any]] = {
    "nasbench101": {"channels": 7, "cells": 2, "classes": 3},
    "nasbench201": {"channels": 4, "cells": 1, "classes": 3},
    "darts": {"network": "cifar", "channels": 4, "cells": 4, "classes": 3},
    "mobilenet": {
        "widths": {"stem": 4, "first": 2, "stages": [2, 2, 4, 4, 6, 6], "last": 8},
        "classes": 3,
    },
    "nasbench-macro": {"channels": 2, "classes": 3},
}


def teach(network: torch.nn.Module, seed: int) -> None:
    """Give the batch norms scales, shifts and measured statistics.

    Without them the signal dies out on the way, and a lost or swapped layer would not show.
    """
    generator = torch.Generator().manual_seed(seed)
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.weight.data.uniform_(0.5, 1.5, generator=generator)
        norm.bias.data.normal_(std=0.3, generator=generator)
        norm.momentum = None
    with torch.no_grad():
        network.train()(torch.randn(8, 3, 32, 32, generator=generator))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        assert norm.running_var is not None
        norm.running_var.clamp_(min=0.1)
    network.eval()


def write_run(folder: Path, space: str, text: str, **facts: Any) -> Path:
    """A run with a network of random weights and statistics."""
    settings = facts.pop("settings", SIZES[space])
    saved = SavedNetwork(space, text, settings, **{"resolution": 32, **facts})
    network = make_network(saved, torch.Generator().manual_seed(1))
    teach(network, seed=2)
    save_network(folder, saved, network.state_dict())
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of a small NAS-Bench-201 network."""
    return write_run(tmp_path / "run", "nasbench201", "334131", resolution=16)
