"""Measured tables: what an architecture scored when others trained it.

`load_benchmark` loads a table by name; `TableBenchmark.from_csv` reads any other.
"""

from __future__ import annotations

from typing import Any

from archscout.benchmarks.schema import Column
from archscout.benchmarks.table import TableBenchmark
from archscout.plugins import Registry
from archscout.spaces import declarations
from archscout.spaces._blocks.measured_table import MeasuredTable

__all__ = ["BENCHMARKS", "Column", "TableBenchmark", "benchmark_space", "load_benchmark"]

BENCHMARKS = Registry(
    "benchmark",
    {name: entry for plugin in declarations() for name, entry in plugin.benchmarks.items()},
)


def load_benchmark(name: str, dataset: str | None = None, **settings: Any) -> TableBenchmark:
    """Load a measured table by name.

    Args:
        name: a name in `BENCHMARKS`, such as ``"nasbench201"``.
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
    table: TableBenchmark | MeasuredTable = BENCHMARKS.create(name, **settings)
    return TableBenchmark(**vars(table)) if isinstance(table, MeasuredTable) else table


def benchmark_space(name: str) -> str:
    """Name of the space of a benchmark; a table that no space declares is loaded for it.

    Raises:
        UnknownNameError: if there is no such benchmark.

    Examples:
        >>> benchmark_space("nasbench101-measured")
        'nasbench101'
    """
    BENCHMARKS[name]  # Raises with the nearest match.
    homes = (plugin.name for plugin in declarations() if name in plugin.benchmarks)
    return next(homes, None) or load_benchmark(name).space.name
