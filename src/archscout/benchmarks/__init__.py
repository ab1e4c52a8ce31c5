"""Measured tables: what an architecture scored when others trained it.

`load_benchmark` loads a table by name; `TableBenchmark.from_csv` reads any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archscout._common.arguments import refuses
from archscout._common.lazy import lazily
from archscout.benchmarks._schema import Column
from archscout.benchmarks.table import TableBenchmark
from archscout.errors import SettingsError, kind_of
from archscout.plugins import Entry, Ready, Registry
from archscout.spaces import SPACES, declarations
from archscout.spaces._blocks.measured_table import MeasuredTable

if TYPE_CHECKING:
    from archscout.benchmarks._schema import infer_column
    from archscout.spaces.nasbench101.table import load_nasbench101
    from archscout.spaces.nasbench101.table_csv import (
        load_nasbench101_measured,
        load_nasbench101_small,
    )
    from archscout.spaces.nasbench201.table import load_nasbench201
    from archscout.spaces.nasbench_macro.table import load_nasbench_macro

__all__ = [
    "BENCHMARKS",
    "Column",
    "TableBenchmark",
    "benchmark_space",
    "infer_column",
    "load_benchmark",
    "load_nasbench101",
    "load_nasbench101_measured",
    "load_nasbench101_small",
    "load_nasbench201",
    "load_nasbench_macro",
]


def _of_spaces() -> dict[str, Entry]:
    """Tables that the declarations of spaces name, those of installed packages too."""
    return {
        name: replace(entry, package=SPACES[plugin.name].package)
        for plugin in declarations(packages=True)
        for name, entry in plugin.benchmarks.items()
    }


BENCHMARKS = Registry(
    "benchmark",
    {name: entry for plugin in declarations() for name, entry in plugin.benchmarks.items()},
    TableBenchmark,
    lambda part: Entry(Ready(part), part.name) if isinstance(part, TableBenchmark) else None,
    _of_spaces,
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
        SettingsError: if it does not take the settings, or makes no table.

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
    if isinstance(table, MeasuredTable):
        return TableBenchmark(**vars(table))
    if not isinstance(table, TableBenchmark):
        raise SettingsError(f"got {kind_of(table)} from {name!r}, expected a TableBenchmark")
    return table


def benchmark_space(name: str) -> str:
    """Name of the space of a benchmark; a table that no space declares is loaded for it.

    Raises:
        UnknownNameError: if there is no such benchmark.

    Examples:
        >>> benchmark_space("nasbench101-measured")
        'nasbench101'
    """
    BENCHMARKS[name]  # Raises with the nearest match.
    homes = (
        plugin.name
        for packages in (False, True)
        for plugin in declarations(packages=packages)
        if name in plugin.benchmarks
    )
    return next(homes, None) or load_benchmark(name).space.name


__getattr__ = lazily(
    __name__,
    {
        "infer_column": "_schema",
        "load_nasbench101": "archscout.spaces.nasbench101.table",
        "load_nasbench101_measured": "archscout.spaces.nasbench101.table_csv",
        "load_nasbench101_small": "archscout.spaces.nasbench101.table_csv",
        "load_nasbench201": "archscout.spaces.nasbench201.table",
        "load_nasbench_macro": "archscout.spaces.nasbench_macro.table",
    },
)
