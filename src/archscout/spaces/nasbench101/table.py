"""The official NAS-Bench-101 table: every cell of the space, trained three times on CIFAR-10.

Source: Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search", ICML
2019, arXiv 1902.09635. The file is the user's own; it is found by ``path`` or by the environment
variable ``ARCHSCOUT_NASBENCH101``.
"""

from __future__ import annotations

from pathlib import Path

from archscout._tables.units import row_means
from archscout.spaces._blocks.measured_table import DATASET, MeasuredTable, RunMode, check_dataset
from archscout.spaces.nasbench101._table_columns import official_runs
from archscout.spaces.nasbench101._table_sources import description, facts, official_file
from archscout.spaces.nasbench101.space import NASBench101


def load_nasbench101(
    path: str | Path | None = None, epochs: int = 108, run: RunMode = "mean", dataset: str = DATASET
) -> MeasuredTable:
    """Load the official table: three runs of each of the 423,624 cells.

    The first use of a file converts it, which takes minutes, and keeps about 43 MB in the cache
    folder. A file that holds only some cells, or another number of runs, is taken as it is. A
    cell as the space writes it is measured as the cell that it computes the same as.

    Args:
        path: ``nasbench_full.tfrecord`` or ``nasbench_only108.tfrecord``; None takes the file
            that the environment variable ``ARCHSCOUT_NASBENCH101`` names.
        epochs: length of training: 4, 12, 36 or 108 in the full file, 108 in the other.
        run: ``"mean"`` measures the mean validation accuracy over the runs, ``"random"`` one.
        dataset: ``"cifar10"``, the only one.

    Returns:
        The table: validation accuracy in percent, training seconds, test accuracy sealed.

    Raises:
        UnknownNameError: if another data set is asked for.
        TableError: if there is no file, a record of it is truncated, damaged or of another form,
            or it has no such length of training.
    """
    check_dataset("nasbench101", dataset)
    source = official_file(path)
    space = NASBench101()
    runs = official_runs(source, space, epochs)
    return MeasuredTable(
        space,
        space.all_choices()[runs.cells],
        100.0 * runs.valid,
        test_values=100.0 * row_means(runs.test),
        seconds=row_means(runs.seconds),
        provenance={
            "source": source.name,
            "mark": runs.mark,
            **facts(len(runs.cells), epochs),
            "test values": "mean of the same runs",
        },
        **description("nasbench101", epochs, run),
    )
