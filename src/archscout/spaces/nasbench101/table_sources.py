"""Where the NAS-Bench-101 files are looked for, and what all of its tables have in common."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archscout.benchmarks.table import RunMode
from archscout.errors import TableError, listed, unknown_name
from archscout.spaces import load_space
from archscout.spaces.nasbench101.space import NASBench101

DATASET = "cifar10"
_OFFICIAL_VARIABLE = "ARCHSCOUT_NASBENCH101"
_OFFICIAL_FILES = "nasbench_full.tfrecord or nasbench_only108.tfrecord"
_DATA_VARIABLE = "ARCHSCOUT_DATA"


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


def data_file(path: str | Path | None, name: str) -> Path:
    """The file at ``path``, or the one called ``name`` in the folder of ``ARCHSCOUT_DATA``."""
    if path:
        file, where = Path(path).expanduser(), "path="
    else:
        folder = os.environ.get(_DATA_VARIABLE)
        if not folder:
            raise TableError(
                f"{name} was not found, because {_DATA_VARIABLE} is not set: set it to the "
                "folder that holds the file, or pass path="
            )
        file, where = Path(folder).expanduser() / name, _DATA_VARIABLE
    if not file.is_file():
        raise TableError(
            f"there is no file {str(file)!r}, which was looked for because of {where}: put "
            f"{name} there or name its place"
        )
    return file


def nasbench101_space() -> NASBench101:
    """The space of all these tables."""
    space = load_space("nasbench101")
    assert isinstance(space, NASBench101)
    return space


def check_dataset(benchmark: str, dataset: str) -> None:
    """Refuse all data sets but CIFAR-10; raises `UnknownNameError`."""
    if dataset.lower().replace("-", "") != DATASET:
        raise unknown_name(f"data set of {benchmark}", dataset, [DATASET])


def chosen_length(source: str, epochs: int, known: Sequence[int]) -> int:
    """The length of training among those of a file; raises `TableError`."""
    if epochs not in known:
        raise TableError(
            f"{source} has no runs of epochs={epochs!r}: choose one of {listed(known)}"
        )
    return known[list(known).index(epochs)]


def description(benchmark: str, epochs: int, run: RunMode) -> dict[str, Any]:
    """The arguments of `TableBenchmark` that say what is measured."""
    return {
        "name": f"{benchmark} {DATASET} valid accuracy {epochs}ep {run}",
        "dataset": DATASET,
        "run": run,
    }


def facts(rows: int, epochs: int) -> dict[str, Any]:
    """What the provenance of each of these tables says."""
    return {"rows": rows, "metric": "accuracy", "split": "valid", "epochs": epochs}
