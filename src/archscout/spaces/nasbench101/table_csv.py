"""NAS-Bench-101 without its 2 GB: 20,001 of its cells, and all of its small cells trained anew.

Both files are looked for in the folder that the environment variable ``ARCHSCOUT_DATA`` names.

Source: Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search", ICML
2019, arXiv 1902.09635, for the cells, the training and the first file's measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archscout._tables.reader import RawTable, read_table
from archscout._tables.units import check_unit, row_means
from archscout.errors import SettingsError, TableError
from archscout.spaces._blocks.measured_table import (
    DATASET,
    MeasuredTable,
    RunMode,
    check_dataset,
    data_file,
    digest_of,
    parse_rows,
)
from archscout.spaces.base import Choices
from archscout.spaces.nasbench101._table_sources import chosen_length, description, facts
from archscout.spaces.nasbench101.space import NASBench101

Floats = NDArray[np.float64]

_MEASURED_FILE = "nasbench101_measured.csv.gz"
_SMALL_FILE = "nasbench101_small_cells_retrained.csv.gz"
_LENGTHS = (4, 12, 36, 108)
# Number of cells of at most so many vertices; they are the first ones that the space lists.
_SMALL_CELLS = {3: 7, 4: 91}


def load_nasbench101_measured(
    path: str | Path | None = None, epochs: int = 108, run: RunMode = "mean", dataset: str = DATASET
) -> MeasuredTable:
    """Load 20,001 cells drawn uniformly from NAS-Bench-101, with one run of each length.

    Only these cells can be bought: `TableBenchmark.pool` lists them. There are no test values.

    Args:
        path: the file; None takes ``nasbench101_measured.csv.gz`` in the folder that
            ``ARCHSCOUT_DATA`` names.
        epochs: length of training: 4, 12, 36 or 108. The file has the seconds of 108 epochs;
            shorter runs are priced as their share of them.
        run: ``"mean"`` or ``"random"``, which are the same here: there is one run.
        dataset: ``"cifar10"``, the only one.

    Returns:
        The table: validation accuracy in percent, training seconds, and the columns ``params``
        and ``macs``.

    Raises:
        UnknownNameError: if another data set is asked for.
        TableError: if there is no file, no such length, or its values or cells are wrong.
    """
    check_dataset("nasbench101-measured", dataset)
    source = data_file(path, _MEASURED_FILE)
    epochs = chosen_length(source.name, epochs, _LENGTHS)
    table = read_table(source)
    accuracy, price = f"valid_{epochs}ep", f"train_seconds_{_LENGTHS[-1]}ep"
    table.require(("hash", "adj_bits", "ops", "params", "macs", accuracy, price))
    space = NASBench101()
    share = epochs / _LENGTHS[-1]
    return MeasuredTable(
        space,
        _written_cells(table, space),
        _percent(table, accuracy),
        seconds=share * table.numbers(price),
        columns={name: table.numbers(name) for name in ("params", "macs")},
        provenance={
            "source": source.name,
            "sha256": digest_of(source),
            **facts(table.rows, epochs),
            "test values": "none",
            "seconds factor": share,
        },
        **description("nasbench101-measured", epochs, run),
    )


def load_nasbench101_small(
    path: str | Path | None = None,
    epochs: int = 108,
    run: RunMode = "mean",
    dataset: str = DATASET,
    vertices: int = 4,
) -> MeasuredTable:
    """Load all NAS-Bench-101 cells of few vertices, each trained three times: regret is exact.

    The runs were made anew with the benchmark's code on other machines; do not mix them with
    the benchmark's own values. One cell has a fourth run of 4 epochs.

    Args:
        path: the file; None takes ``nasbench101_small_cells_retrained.csv.gz`` in the folder
            that ``ARCHSCOUT_DATA`` names.
        epochs: length of training: 4, 12, 36 or 108.
        run: ``"mean"`` measures the mean validation accuracy over three runs, ``"random"`` one.
        dataset: ``"cifar10"``, the only one.
        vertices: the most vertices of a cell: 3 (7 cells) or 4 (91 cells).

    Returns:
        The table: validation accuracy in percent, training seconds, test accuracy sealed.

    Raises:
        UnknownNameError: if another data set is asked for.
        SettingsError: if ``vertices`` is neither 3 nor 4.
        TableError: if there is no file, no such length, or its values or cells are wrong.
    """
    check_dataset("nasbench101-small", dataset)
    if vertices not in _SMALL_CELLS:
        raise SettingsError(
            f"got vertices={vertices!r}, expected 3 or 4, for which the table is complete"
        )
    source = data_file(path, _SMALL_FILE)
    epochs = chosen_length(source.name, epochs, _LENGTHS)
    table = read_table(source)
    table.require(("space", "epochs", "hash", "val_acc", "test_acc", "training_time_s"))
    space = NASBench101()
    cells = space.all_choices()[: _SMALL_CELLS[vertices]]
    sizes = np.array(table.columns["space"], dtype=np.str_)
    rows = np.flatnonzero((sizes == f"{vertices}V") & (table.numbers("epochs") == epochs))
    valid, test, seconds = _runs(table, rows, space.canonical_ids(cells).tolist())
    return MeasuredTable(
        space,
        cells,
        valid,
        test_values=row_means(test),
        seconds=row_means(seconds),
        provenance={
            "source": source.name,
            "sha256": digest_of(source),
            **facts(len(cells), epochs),
            "test values": "mean of the same runs",
        },
        **description(f"nasbench101-small {vertices} vertices", epochs, run),
    )


def _percent(table: RawTable, name: str) -> Floats:
    fractions = table.numbers(name)
    check_unit(fractions, "fraction", f"column {name!r} of {table.source}")
    return 100.0 * fractions


def _written_cells(table: RawTable, space: NASBench101) -> Choices:
    """Choices of the rows' cells, whose hashes must be those of the file."""
    columns = table.columns
    texts = [f"{b}:{o}" for b, o in zip(columns["adj_bits"], columns["ops"], strict=True)]
    choices = parse_rows(space, texts, f"{table.source} is no cell")
    known = space.canonical_ids(choices)
    same = known == np.array(columns["hash"], dtype=np.str_)
    if not same.all():
        row = int(np.argmin(same))
        raise TableError(
            f"row {row + 1} of {table.source} has the hash {columns['hash'][row]!r}, expected "
            f"{str(known[row])!r} for its cell {texts[row]!r}: correct it"
        )
    return choices


def _runs(
    table: RawTable, rows: NDArray[np.int64], hashes: Sequence[str]
) -> tuple[Floats, Floats, Floats]:
    """Validation and test accuracy and seconds of the cells' runs, each ``(cells, runs)``.

    The file repeats some runs, which count once, and numbers two runs of one cell alike, which
    both count; so a run is told by its measurements.
    """
    columns = (_percent(table, "val_acc"), _percent(table, "test_acc"))
    measured = np.stack([*columns, table.numbers("training_time_s")], axis=1)
    found: dict[str, dict[tuple[float, ...], None]] = {digest: {} for digest in hashes}
    for row in rows.tolist():
        digest = table.columns["hash"][row]
        if digest not in found:
            raise TableError(
                f"row {row + 1} of {table.source} has the hash {digest!r}, expected one of the "
                f"{len(hashes)} cells of its size: correct it"
            )
        found[digest][tuple(measured[row].tolist())] = None
    missing = sum(not runs for runs in found.values())
    if missing:
        raise TableError(
            f"{table.source} lacks {missing} of the {len(hashes)} cells at that length of "
            "training: fetch the file again"
        )
    spread = np.full((len(hashes), max(map(len, found.values())), measured.shape[1]), np.nan)
    for cell, runs in enumerate(found.values()):
        spread[cell, : len(runs)] = list(runs)
    return spread[..., 0], spread[..., 1], spread[..., 2]
