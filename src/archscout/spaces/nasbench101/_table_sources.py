"""Where the official NAS-Bench-101 file is looked for, and what all these tables have in common."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archscout.errors import TableError, listed
from archscout.spaces._blocks.measured_table import DATASET, RunMode

_OFFICIAL_VARIABLE = "ARCHSCOUT_NASBENCH101"
_OFFICIAL_FILES = "nasbench_full.tfrecord or nasbench_only108.tfrecord"


def official_file(path: str | Path | None) -> Path:
    """The official file at ``path``, or at what ``ARCHSCOUT_NASBENCH101`` names."""
    named = path or os.environ.get(_OFFICIAL_VARIABLE)
    if not named:
        raise TableError(
            f"no official NAS-Bench-101 file is named: pass path= or set {_OFFICIAL_VARIABLE} "
            f"to the path of {_OFFICIAL_FILES}"
        )
    file = Path(named).expanduser()
    if not file.is_file():
        where = "path=" if path else _OFFICIAL_VARIABLE
        raise TableError(
            f"there is no file {str(file)!r}, which {where} names: give the path of "
            f"{_OFFICIAL_FILES}"
        )
    return file


def chosen_length(source: str, epochs: int, known: Sequence[int]) -> int:
    """The length of training among those of a file; raises `TableError`."""
    if epochs not in known:
        raise TableError(
            f"{source} has no runs of epochs={epochs!r}: choose one of {listed(known)}"
        )
    return known[list(known).index(epochs)]


def description(benchmark: str, epochs: int, run: RunMode) -> dict[str, Any]:
    """The fields of `MeasuredTable` that say what is measured."""
    return {
        "name": f"{benchmark} {DATASET} valid accuracy {epochs}ep {run}",
        "dataset": DATASET,
        "run": run,
    }


def facts(rows: int, epochs: int) -> dict[str, Any]:
    """What the provenance of each of these tables says."""
    return {"rows": rows, "metric": "accuracy", "split": "valid", "epochs": epochs}
