"""NAS-Bench-Macro: all 6,561 architectures, trained three times each on CIFAR-10.

The table has test accuracies alone: they are the search split here, and nothing is left to be
revealed after a search. The file is looked for in the folder that the environment variable
``ARCHSCOUT_DATA`` names.

Source: NAS-Bench-Macro (Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082) and its
released table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from archscout._tables.reader import read_table
from archscout.spaces._blocks.measured_table import (
    DATASET,
    MeasuredTable,
    RunMode,
    check_dataset,
    data_file,
    digest_of,
    parse_rows,
)
from archscout.spaces.nasbench_macro.space import NASBenchMacro

_FILE = "nasbench_macro.csv.gz"
_RUNS = tuple(f"test_acc_seed{seed}" for seed in range(3))
_COSTS = {"params": "params", "macs": "flops"}


def load_nasbench_macro(
    path: str | Path | None = None, run: RunMode = "mean", dataset: str = DATASET
) -> MeasuredTable:
    """Load all 6,561 NAS-Bench-Macro architectures with three runs each.

    There is no validation split, so a search sees test accuracies: its best value is chosen
    and reported on the same images, and is too good by that. Architectures that differ only in
    where a stage is skipped are one network and have the same runs: there are 3,969 of them
    (pass ``dedup="isomorphic"`` to a search so that none is bought twice). Prices are unknown
    and count as 0.

    Args:
        path: the file; None takes ``nasbench_macro.csv.gz`` in the folder that
            ``ARCHSCOUT_DATA`` names.
        run: ``"mean"`` measures the mean over three runs, ``"random"`` one of them.
        dataset: ``"cifar10"``, the only one.

    Returns:
        The table: test accuracy in percent as the search split, no test values, and the
        columns ``params`` and ``macs`` (multiply-adds).

    Raises:
        UnknownNameError: if another data set is asked for.
        TableError: if there is no file, or its columns, architectures or values are wrong.
    """
    check_dataset("nasbench-macro", dataset)
    source = data_file(path, _FILE)
    table = read_table(source)
    table.require(("arch", *_RUNS, *_COSTS.values()))
    space = NASBenchMacro()
    return MeasuredTable(
        space,
        parse_rows(space, map(str, table.columns["arch"]), f"{table.source} is no architecture"),
        np.stack([table.numbers(name) for name in _RUNS], axis=1),
        name=f"nasbench-macro {DATASET} test accuracy {run}",
        dataset=DATASET,
        run=run,
        columns={name: table.numbers(column) for name, column in _COSTS.items()},
        provenance={
            "source": source.name,
            "sha256": digest_of(source),
            "rows": table.rows,
            "metric": "accuracy",
            "split": "test: the table has no validation split",
            "test values": "none: the search itself sees test accuracies",
        },
    )
