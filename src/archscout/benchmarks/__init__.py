"""Measured tables: what an architecture scored when others trained it.

`load_benchmark` loads a table by name; `TableBenchmark.from_csv` reads any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archscout._common.arguments import refuses
from archscout.benchmarks.schema import Column
from archscout.benchmarks.table import TableBenchmark
from archscout.errors import SettingsError, kind_of
from archscout.plugins import Entry, Ready, Registry
from archscout.spaces import SPACES, declarations
from archscout.spaces._blocks.measured_table import MeasuredTable

__all__ = ["BENCHMARKS", "Column", "TableBenchmark", "benchmark_space", "load_benchmark"]


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
