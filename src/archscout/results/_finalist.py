"""One of the best architectures of a search on a supernet, trained alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archscout.training._saved_network import NETWORK, SavedNetwork, read_network

FOLDER = "finalists"
"""Folder of the finalists within that of the search."""


@dataclass(frozen=True)
class Finalist:
    """One architecture trained alone; accuracies are in percent.

    Args:
        architecture: its text.
        supernet_accuracy: by the last weights of the supernet, on the held-out images.
        validation: alone, on the same held-out images, which also chose it.
        test: alone, on test images that nothing was chosen by; None without them.
        folder: of its network.
        saved: what its network is.
    """

    architecture: str
    supernet_accuracy: float
    validation: float
    test: float | None
    folder: Path
    saved: SavedNetwork


def read_finalist(folder: Path, row: Mapping[str, Any], network: SavedNetwork) -> Finalist:
    """A finalist with the folder of its network; where that was deleted, that of the search."""
    own, saved = folder, network
    for file in sorted((folder / FOLDER).glob(f"*/{NETWORK}")):
        found = read_network(file)
        if found.architecture == row["architecture"]:
            own, saved = file.parent, found
    return Finalist(
        str(row["architecture"]),
        float(row["supernet_accuracy"]),
        float(row["validation"]),
        None if row["test"] is None else float(row["test"]),
        own,
        saved,
    )
