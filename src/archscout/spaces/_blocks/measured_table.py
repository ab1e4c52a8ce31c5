"""What readers of spaces' tables have in common: where files are, and the arrays they give."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError, TableError, unknown_name
from archscout.spaces.base import Choices, SearchSpace

RunMode = Literal["mean", "random"]
"""Whether a label is the mean over runs, or one run drawn at random."""

Floats = NDArray[np.floating[Any]]

DATASET = "cifar10"
"""The data set of tables that have just one."""

_DATA_VARIABLE = "ARCHSCOUT_DATA"


@dataclass(frozen=True)
class MeasuredTable:
    """Measured values of architectures; `TableBenchmark` says what each field holds."""

    space: SearchSpace
    choices: NDArray[np.integer[Any]]
    runs: Floats
    name: str
    test_values: Floats | None = None
    seconds: Floats | None = None
    unit: str = "percent"
    direction: Literal["maximize", "minimize"] = "maximize"
    dataset: str = ""
    run: RunMode = "mean"
    columns: Mapping[str, Floats] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)


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


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def parse_rows(space: SearchSpace, texts: Iterable[str], where: str, before: int = 0) -> Choices:
    """Choices ``(n, positions)`` of the rows of a table, each different text read once.

    A text that cannot be read is told with its row, counted from ``before``, and ``where``.
    """
    rows = list(texts)
    places = {text: place for place, text in enumerate(dict.fromkeys(rows))}
    try:
        choices = space.parse_many(places)
    except ParseError:
        for number, text in enumerate(rows, start=before + 1):
            try:
                space.parse(text)
            except ParseError as error:
                raise TableError(f"row {number} of {where}: {error}") from None
        raise
    return choices[[places[text] for text in rows]] if len(places) < len(rows) else choices
