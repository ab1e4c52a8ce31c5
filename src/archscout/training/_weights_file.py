"""Weights on disk: safetensors files written in one step, and read with every check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from archscout._common.writing import told_if_unwritable, write_file
from archscout.errors import StorageError


def write_weights(
    path: str | Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None
) -> str:
    """Write tensors so that the file is either the old one or the whole new one.

    Metadata are texts kept in the file's header. Returns the SHA-256 of the file.
    """
    path = Path(path)
    # A copy each: tied or transposed tensors cannot be written as they lie in memory.
    copies = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    data = safetensors.torch.save(copies, dict(metadata or {}))
    with told_if_unwritable(path):
        write_file(path, data)
    return hashlib.sha256(data).hexdigest()


def read_weights(path: str | Path) -> tuple[dict[str, Tensor], str]:
    """Read a safetensors file: its tensors on the CPU, and its SHA-256."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error.strerror}): the weights of the network are missing"
        ) from None
    try:
        tensors = safetensors.torch.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise StorageError(
            f"{path} is no whole safetensors file ({reason}): write the weights again"
        ) from None
    return tensors, hashlib.sha256(data).hexdigest()


def check_weights(
    found: Mapping[str, Tensor], expected: Mapping[str, Tensor], source: str
) -> dict[str, Tensor]:
    """Check that weights fit a network exactly: names, shapes, and whole or real numbers.

    Returns the weights in the types that the network expects; ``source`` is for errors.
    """
    for words, names in (
        ("lack", expected.keys() - found.keys()),
        ("have", found.keys() - expected),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise StorageError(
                f"the weights in {source} {words} {min(names)!r}{more}, unlike the network that "
                "they are for: give the weights of this architecture and these settings"
            )
    fitting = {}
    for name, wanted in expected.items():
        tensor = found[name]
        if tensor.shape != wanted.shape:
            raise StorageError(
                f"the weights in {source} have {name!r} of shape {tuple(tensor.shape)}, the "
                f"network that they are for has {tuple(wanted.shape)}: give the weights of this "
                "architecture and these settings"
            )
        if tensor.is_floating_point() != wanted.is_floating_point():
            raise StorageError(
                f"the weights in {source} have {name!r} of type {tensor.dtype}, the network that "
                f"they are for has {wanted.dtype}: write the weights again"
            )
        fitting[name] = tensor.to(wanted.dtype)
    return fitting
