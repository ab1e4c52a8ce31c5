"""Reads a finished search without labels back from its folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout.pipelines.unlabeled.agreement import Scores
from archscout.pipelines.unlabeled.result import FILE_NAME, SCORES, Found, UnlabeledResult
from archscout.pipelines.unlabeled.trust import TrustCheck
from archscout.spaces import load_space
from archscout.training.saved_network import read_network


def read_unlabeled(folder: str | Path) -> UnlabeledResult:
    """Read what `UnlabeledResult.save` wrote.

    Args:
        folder: the folder.

    Returns:
        The result; its space is without limits, which are there in words.

    Raises:
        StorageError: if a file is missing or damaged.
    """
    folder = Path(folder)
    with read_back(folder / FILE_NAME, "a search without labels"):
        data = read_json(folder / FILE_NAME)
        space = load_space(str(data["space"]))
        table = read_table(folder / SCORES)
        texts = table.pop("architecture").astype(str).tolist()
        columns = {str(way): table[way].to_numpy(dtype=np.float64) for way in table}
        trust = data["trust"]
        return UnlabeledResult(
            scores=Scores(space, space.parse_many(texts), columns, bool(data["exhaustive"])),
            found=[
                Found(**{**row, "architecture": space.parse(row["architecture"])})
                for row in data["found"]
            ],
            labels=str(data["labels"]),
            images=str(data["images"]),
            limits=[str(limit) for limit in data["limits"]],
            trust=None if trust is None else TrustCheck.from_dict(trust),
            why_no_trust=str(data["why_no_trust"]),
            seconds=numbers(data["seconds"]),
            images_per_second=float(data["images_per_second"]),
            network=read_network(folder),
            loss=[float(loss) for loss in data["loss"]],
            manifest=dict(data["manifest"]),
            uniform=bool(data.get("uniform", True)),
        )
