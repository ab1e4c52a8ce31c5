"""What every exported file brings along beside its network, written into it as it stands here."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file: the length of its header, the header as JSON, the numbers."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    types = {"F32": torch.float32, "I64": torch.int64}
    tensors = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        numbers = bytearray(data[start + first : start + last])
        flat = torch.frombuffer(numbers, dtype=types[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def load_weights(network: nn.Module, path: str | Path) -> None:
    """Load all weights of a safetensors file; an error says which name or shape differs."""
    network.load_state_dict(read_safetensors(Path(path)), strict=True)
