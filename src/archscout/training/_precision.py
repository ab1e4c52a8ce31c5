"""In which precision a network is trained, and whether the machine gains from less of it."""

from __future__ import annotations

import torch
from torch import nn


def resolve_precision(precision: str, network: nn.Module) -> str:
    """Decide ``"auto"``: ``"bfloat16"`` where it was measured to be faster, else ``"float32"``.

    Processors gain if they multiply such numbers themselves. Networks with depthwise
    convolutions lose all the same, on processors by half: see docs/results/supernet-speed.md.
    """
    if precision != "auto":
        return precision
    convolutions = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    depthwise = any(layer.groups > 1 for layer in convolutions)
    if depthwise or not convolutions:
        return "float32"
    device = next(network.parameters()).device
    fast = torch.cuda.is_bf16_supported() if device.type == "cuda" else _processor_has_bfloat16()
    return "bfloat16" if fast else "float32"


def _processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; a PyTorch that cannot tell says no."""
    questions = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, question, bool)() for question in questions)
