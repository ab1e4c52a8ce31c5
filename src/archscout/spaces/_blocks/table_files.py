"""Where the files of measured tables are looked for, and which data set they are of."""

from __future__ import annotations

import os
from pathlib import Path

from archscout.errors import TableError, unknown_name

DATASET = "cifar10"
"""The data set of tables that have just one."""

_DATA_VARIABLE = "ARCHSCOUT_DATA"


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


def check_dataset(benchmark: str, dataset: str) -> None:
    """Refuse all data sets but CIFAR-10; raises `UnknownNameError`."""
    if dataset.lower().replace("-", "") != DATASET:
        raise unknown_name(f"data set of {benchmark}", dataset, [DATASET])
