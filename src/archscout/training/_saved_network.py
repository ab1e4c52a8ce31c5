"""A network in a folder: ``network.json`` says what it is, ``weights.safetensors`` beside it.

The JSON file is written last and holds the fingerprint of the weights, so that a folder whose
writing was cut short is refused and never read with the weights of another network.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.writing import told_if_unwritable, write_json
from archscout.errors import ArchscoutError, SettingsError, StorageError, unknown_name
from archscout.training._network_description import (
    NETWORK,
    SavedNetwork,
    make_network,
    network_settings,
)

if TYPE_CHECKING:
    import torch

__all__ = [
    "NETWORK",
    "WEIGHTS",
    "SavedNetwork",
    "load_network",
    "make_network",
    "network_file",
    "network_settings",
    "read_network",
    "save_network",
]

WEIGHTS = "weights.safetensors"
_FORMAT = 1


@own_state(one_thread=False)
def save_network(
    folder: str | Path, saved: SavedNetwork, state: Mapping[str, torch.Tensor] | None = None
) -> SavedNetwork:
    """Write a network into a folder, which `load_network` and ``archscout export`` read.

    Args:
        folder: made if it is missing; a network that it holds is replaced.
        saved: what the network is.
        state: its weights, from ``network.state_dict()``; None for an untrained network.

    Returns:
        What was written: ``saved`` with the name and fingerprint of the weights.

    Raises:
        StorageError: if the weights are not those of the network, or cannot be written.
        ArchscoutError: if there is no such space, architecture or setting.

    Examples:
        >>> import tempfile
        >>> saved = SavedNetwork("nasbench201", "334131", {"channels": 4, "cells": 1})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = save_network(folder, saved, make_network(saved).state_dict())
        ...     again, network = load_network(folder)
        >>> again == written, again.weights
        (True, 'weights.safetensors')
    """
    folder = at_home(folder)
    expected = _without_weights(saved).state_dict()
    weights, fingerprint = None, ""
    if state is not None:
        from archscout.training._weights_file import check_weights, write_weights

        weights = WEIGHTS
        fitting = check_weights(state, expected, "the given state")
        fingerprint = write_weights(folder / WEIGHTS, fitting)
    written = dataclasses.replace(saved, weights=weights, fingerprint=fingerprint)
    with told_if_unwritable(folder / NETWORK):
        write_json(folder / NETWORK, {"format": _FORMAT, **dataclasses.asdict(written)})
    return written


def read_network(folder: str | Path) -> SavedNetwork:
    """Read what a network is, without its weights.

    Args:
        folder: the folder, or its ``network.json``.

    Raises:
        StorageError: if the file is missing, damaged, or describes no network.
    """
    return _read(network_file(folder))[0]


@own_state(one_thread=False)
def _read(path: Path) -> tuple[SavedNetwork, torch.nn.Module]:
    """What a network is, and the network without memory, which shows that it can be built."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be read ({error.strerror}): give the folder of a trained network"
        ) from None
    except (ValueError, RecursionError):
        raise StorageError(f"{path} is no JSON: give the folder of a trained network") from None
    try:
        if not isinstance(data, dict):
            raise SettingsError(f"it holds a {type(data).__name__}")
        if data.pop("format", None) != _FORMAT:
            raise SettingsError(f"its format is not {_FORMAT}")
        names = [part.name for part in dataclasses.fields(SavedNetwork)]
        for name in data:
            if name not in names:
                raise unknown_name("fact of a network", name, names)
        saved = SavedNetwork(**data)
        network = _without_weights(saved)
    except (ArchscoutError, TypeError, ValueError) as error:
        raise StorageError(
            f"{path} describes no network ({str(error).rstrip('.')}): give the folder of a trained "
            "network"
        ) from None
    return saved, network


@own_state(one_thread=False)
def load_network(
    folder: str | Path, *, space: str | None = None
) -> tuple[SavedNetwork, torch.nn.Module]:
    """Read a trained network.

    Args:
        folder: the folder, or its ``network.json``.
        space: name of the space that it must be of; None for any.

    Returns:
        What it is, and the network with its weights on the CPU, in evaluation mode.

    Raises:
        StorageError: if it has no weights, they are damaged or of another network, or it is of
            another space.
    """
    from archscout.training._weights_file import check_weights, read_weights

    path = network_file(folder)
    saved, network = _read(path)
    if space is not None and saved.space != space:
        raise StorageError(
            f"{path} is a network of space {saved.space!r}, expected {space!r}: give another folder"
        )
    if saved.weights is None:
        raise StorageError(f"{path} is a network without weights: train it first")
    source = path.parent / saved.weights
    tensors, fingerprint = read_weights(source)
    if saved.fingerprint and fingerprint != saved.fingerprint:
        raise StorageError(
            f"{source} is not the file that {NETWORK} was written with: it is damaged or was "
            "replaced, so train or save the network again"
        )
    fitting = check_weights(tensors, network.state_dict(), str(source))
    network.load_state_dict(fitting, strict=True, assign=True)
    return saved, network.eval()


def network_file(folder: str | Path) -> Path:
    """Path of the ``network.json`` of a folder, or the path itself if it names a file."""
    path = at_home(folder)
    return path / NETWORK if path.is_dir() else path


def _without_weights(saved: SavedNetwork) -> torch.nn.Module:
    """Build the network without memory and without drawing from PyTorch's own state."""

    with own_state(one_thread=False, device="meta"):
        return make_network(saved)
