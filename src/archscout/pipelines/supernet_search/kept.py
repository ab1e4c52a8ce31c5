"""Reads a finished search on a supernet back from its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout.pipelines.supernet_search.finalists import FOLDER, Finalist
from archscout.pipelines.supernet_search.result import FILE_NAME, TABLE, Round, SupernetSearchResult
from archscout.pipelines.unlabeled.trust import TrustCheck
from archscout.spaces import load_space
from archscout.training.saved_network import NETWORK, SavedNetwork, read_network


def read_supernet_search(folder: str | Path) -> SupernetSearchResult:
    """Read what `SupernetSearchResult.save` wrote.

    Args:
        folder: the folder.

    Returns:
        The result; its space is without limits, which are there in words.

    Raises:
        StorageError: if a file is missing or damaged.
    """
    folder = Path(folder)
    with read_back(folder / FILE_NAME, "a search on a supernet"):
        data = read_json(folder / FILE_NAME)
        space = load_space(str(data["space"]))
        table = read_table(folder / TABLE)
        network, trust = read_network(folder), data["trust"]
        rounds = []
        for row in data["rounds"]:
            column = table[f"supernet_accuracy_{row['round']}"].to_numpy(dtype=np.float64)
            rounds.append(
                Round(
                    int(row["round"]),
                    int(row["proposed"]),
                    int(row["trained_on"]),
                    column[~np.isnan(column)],
                    float(row["loss"]),
                    int(row["updates"]),
                )
            )
        return SupernetSearchResult(
            space=space,
            architectures=[space.parse(str(text)) for text in table["architecture"]],
            proposed=table[["round", "origin"]].to_dict("records"),  # type: ignore[arg-type]
            params=table["params"].to_numpy(dtype=np.int64),
            macs=table["macs"].to_numpy(dtype=np.int64),
            rounds=rounds,
            held_out=int(data["held_out"]),
            finalists=[_finalist(folder, row, network) for row in data["finalists"]],
            alone_epochs=int(data["alone_epochs"]),
            test_images=int(data["test_images"]),
            trust=None if trust is None else TrustCheck.from_dict(trust),
            why_no_trust=str(data["why_no_trust"]),
            images=str(data["images"]),
            seconds=numbers(data["seconds"]),
            network=network,
            limits=[str(limit) for limit in data["limits"]],
            manifest=dict(data["manifest"]),
        )


def _finalist(folder: Path, row: Mapping[str, Any], network: SavedNetwork) -> Finalist:
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
