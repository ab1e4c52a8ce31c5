"""Memory that training a network takes, counted on a copy that has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from archscout._common.memory import check_memory
from archscout._common.own_state import own_state

_FLOAT = 4
# Weights, their gradients and their momenta.
_COPIES = 3
ADVICE = "take a smaller network, fewer images a step (batch), or a lower resolution"
"""What to do where a training does not fit."""


def check_footprint(make: Callable[[], nn.Module], side: int, batch: int = 0) -> None:
    """Refuse a network whose training cannot fit into memory, before any of it is allocated.

    A batch of 0 images counts the weights alone, as for a supernet, whose steps take a path each.
    """
    with own_state(one_thread=False, device="meta"):
        network = make()
    needed = training_bytes(network, side, batch)
    steps = f" in steps of {batch:,} images of {side}x{side} pixels" if batch else ""
    check_memory(needed, f"training this network{steps}", ADVICE)


def training_bytes(network: nn.Module, side: int, batch: int) -> int:
    """Bytes that a step holds at least, of a network on the device ``meta``."""
    weights = sum(weight.numel() for weight in network.parameters())
    return _FLOAT * (_COPIES * weights + (batch * _values(network, side) if batch else 0))


def _values(network: nn.Module, side: int) -> int:
    """Numbers that are kept of one image for the way back; 0 if it does not go through."""
    count = 0

    def add(_module: nn.Module, _given: Any, made: Any) -> None:
        nonlocal count
        count += made.numel() if isinstance(made, torch.Tensor) else 0

    hooks = [
        module.register_forward_hook(add)
        for module in network.modules()
        if not any(True for _ in module.children())
    ]
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, side, side, device="meta", dtype=torch.float32))
    # Whether images go through is told elsewhere; a network of the user's may need more than them.
    except Exception:
        return 0
    finally:
        for hook in hooks:
            hook.remove()
    return count
