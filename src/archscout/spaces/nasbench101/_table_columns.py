"""Turns an official NAS-Bench-101 file into a few compact arrays, once.

The file holds five million runs in 2 GB of text. Here each measurement is one place in an array
``(cells, lengths of training, runs)``. An accuracy is a share of some 10,000 images, so that few
different ones occur: it is kept exactly, as a number of two bytes into a list of them.
"""

from __future__ import annotations

import hashlib
import logging
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.cache import Arrays, cached
from archscout._tables.tfrecord import unreadable
from archscout.errors import TableError
from archscout.spaces.nasbench101._enumeration import CELLS
from archscout.spaces.nasbench101._table_records import (
    Cell,
    TrainingRun,
    bad_record,
    read_runs,
    written_choices,
)
from archscout.spaces.nasbench101._table_sources import chosen_length
from archscout.spaces.nasbench101.space import NASBench101

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]

# The official files have four lengths of training and three runs; more would fill the memory.
_MOST_LENGTHS = 8
_MOST_RUNS = 8
# Each cell is written in one way there; a few more ways do no harm.
_MOST_CELLS = 2 * CELLS
_ENDS = 1 << 16
_SHAPES = {
    "cells": (-1,),
    "epochs": (-1,),
    "valid": (-1, -1, -1),
    "valid_levels": (-1,),
    "test": (-1, -1, -1),
    "test_levels": (-1,),
    "seconds": (-1, -1, -1),
}


@dataclass(frozen=True)
class RunsOfLength:
    """All runs of one length of training.

    Args:
        mark: tells the file from others.
        cells: ``(n,)`` ascending places of the measured cells in `NASBench101.all_choices`.
        valid: ``(n, runs)`` validation accuracies as fractions, NaN where a run is missing.
        test: ``(n, runs)`` test accuracies of the same runs.
        seconds: ``(n, runs)`` their training seconds.
    """

    mark: str
    cells: NDArray[np.int32]
    valid: Floats
    test: Floats
    seconds: Floats


def official_runs(path: Path, space: NASBench101, epochs: int) -> RunsOfLength:
    """Load the runs of one length from an official file, which is converted at its first use."""
    mark = _mark(path)
    arrays = cached(f"nasbench101-official-1-{mark}", _SHAPES, lambda: convert(path, space))
    lengths = arrays["epochs"].tolist()
    here = lengths.index(chosen_length(path.name, epochs, lengths))
    held = arrays["valid"][:, here, 0] > 0
    return RunsOfLength(
        mark,
        arrays["cells"][held],
        arrays["valid_levels"][arrays["valid"][held, here]],
        arrays["test_levels"][arrays["test"][held, here]],
        arrays["seconds"][held, here].astype(np.float64),
    )


def _mark(path: Path) -> str:
    """Tell a large file from others without reading it whole: by its size, time and ends."""
    try:
        with path.open("rb") as file:
            ends = hashlib.sha256(file.read(_ENDS))
            size = file.seek(0, 2)
            file.seek(max(0, size - _ENDS))
            ends.update(file.read(_ENDS))
        ends.update(f"{size} {path.stat().st_mtime_ns}".encode())
    except OSError as error:
        raise unreadable(path, error) from None
    return f"{size}-{ends.hexdigest()[:16]}"


def convert(path: Path, space: NASBench101) -> Arrays:
    """Read a whole official file.

    Returns:
        ``cells`` ``(n,)``, ascending places in `NASBench101.all_choices`; ``epochs``, ascending;
        ``valid`` and ``test`` ``(n, lengths, runs)``, places in ``valid_levels`` and
        ``test_levels``, where 0 is NaN for a missing run; ``seconds``, of the same shape.
    """
    logger.info("converting %s for later use, which takes a minute or two", path.name)
    found = _collect(path)
    if not found.cells:
        raise TableError(f"{path.name} holds no records: fetch the file again")
    places = _places(found, path.name, space)
    cells, cell_of = np.unique(places, return_inverse=True)
    lengths, length_of = np.unique(np.frombuffer(found.epochs, np.int64), return_inverse=True)
    if len(lengths) > _MOST_LENGTHS:
        raise _too_many(path.name, f"{len(lengths)} lengths of training", _MOST_LENGTHS)
    slots = cell_of[np.frombuffer(found.rows, np.int64)] * len(lengths) + length_of
    order = np.argsort(slots, kind="stable")
    counts = np.bincount(slots, minlength=len(cells) * len(lengths))
    run_of = np.arange(len(slots)) - np.repeat(np.cumsum(counts) - counts, counts)
    runs = int(counts.max())
    if runs > _MOST_RUNS:
        raise _too_many(path.name, f"{runs} runs of one cell and length", _MOST_RUNS)
    shape = (len(cells), len(lengths), runs)

    def spread(values: array[float]) -> Floats:
        wide = np.full((shape[0] * shape[1], runs), np.nan)
        wide[slots[order], run_of] = np.frombuffer(values, np.float64)[order]
        return wide.reshape(shape)

    valid, valid_levels = _shortened(spread(found.valid))
    test, test_levels = _shortened(spread(found.test))
    logger.info("%s holds %d runs of %d cells", path.name, len(slots), len(cells))
    return {
        "cells": cells.astype(np.int32),
        "epochs": lengths,
        "valid": valid,
        "valid_levels": valid_levels,
        "test": test,
        "test_levels": test_levels,
        "seconds": spread(found.seconds).astype(np.float32),
    }


def _too_many(source: str, found: str, most: int) -> TableError:
    return TableError(
        f"{source} holds {found}, expected at most {most}: give one of the official files"
    )


@dataclass
class _Found:
    """Runs in the order of the file; each of ``cells`` has a number and a first record."""

    cells: dict[Cell, int] = field(default_factory=dict)
    first: list[int] = field(default_factory=list)
    choices: bytearray = field(default_factory=bytearray)
    rows: array[int] = field(default_factory=lambda: array("q"))
    epochs: array[int] = field(default_factory=lambda: array("q"))
    valid: array[float] = field(default_factory=lambda: array("d"))
    test: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))

    def add(self, run: TrainingRun, offset: int) -> None:
        row = self.cells.get(run.cell)
        if row is None:
            if len(self.cells) == _MOST_CELLS:
                raise ValueError(f"has one more cell than {_MOST_CELLS:,}")
            self.choices.extend(written_choices(run.cell))
            row = self.cells[run.cell] = len(self.cells)
            self.first.append(offset)
        self.rows.append(row)
        self.epochs.append(run.epochs)
        self.valid.append(run.valid)
        self.test.append(run.test)
        self.seconds.append(run.seconds)


def _collect(path: Path) -> _Found:
    found = _Found()
    for offset, run in read_runs(path):
        try:
            found.add(run, offset)
        except ValueError as error:
            raise bad_record(path.name, offset, str(error)) from None
    return found


def _places(found: _Found, source: str, space: NASBench101) -> NDArray[np.int64]:
    """Places of the cells in the space's list, after a comparison with the file's hashes."""
    positions = len(space.variables)
    choices = np.frombuffer(bytes(found.choices), np.int8).reshape(-1, positions)
    allowed = space.valid(choices)
    if not allowed.all():
        wrong = int(np.argmin(allowed))
        raise bad_record(source, found.first[wrong], "has a cell outside the benchmark")
    places = space.indices(choices)
    known = space.canonical_ids(choices)
    same = known == np.array([cell.hash for cell in found.cells], dtype=np.str_)
    if not same.all():
        wrong = int(np.argmin(same))
        raise bad_record(source, found.first[wrong], f"has a cell whose hash is {known[wrong]}")
    return places


def _shortened(values: Floats) -> tuple[NDArray[Any], Floats]:
    """Each value as its place in the list of different ones, of which the first is NaN."""
    different, codes = np.unique(values[~np.isnan(values)], return_inverse=True)
    kind = np.uint16 if len(different) < 1 << 16 else np.uint32
    places = np.zeros(values.shape, dtype=kind)
    places[~np.isnan(values)] = codes + 1
    return places, np.concatenate([[np.nan], different])
