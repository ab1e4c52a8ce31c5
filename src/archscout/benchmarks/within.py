"""The part of a measured table that a space within limits leaves."""

from __future__ import annotations

from archscout.benchmarks.table import TableBenchmark
from archscout.errors import SettingsError
from archscout.spaces.base import SearchSpace
from archscout.spaces.limits.limit import UNITS


def table_within(table: TableBenchmark, space: SearchSpace) -> TableBenchmark:
    """Keep the rows of a table that are within the limits of a space.

    Best value, ranks and pool are then those within the limits, and the name says so.

    Args:
        table: the table.
        space: the space of the table, with limits or without.

    Returns:
        A table of ``space``; ``table`` itself if it has the limits of ``space`` already.

    Raises:
        SettingsError: if the table is of another space or has other limits, or no row is left.

    Examples:
        >>> import numpy as np
        >>> from archscout.spaces import load_space
        >>> from archscout.spaces.limits.limit import Limit
        >>> cells = load_space("nasbench201")
        >>> table = TableBenchmark(
        ...     cells, np.array([[0, 1, 2, 3, 4, 0], [3, 3, 3, 3, 3, 3]]), np.array([60.0, 91.0]),
        ...     name="two cells")
        >>> small = table_within(table, cells.within(Limit("macs", most=100e6)))
        >>> len(small), small.optimum, small.name
        (1, 60.0, 'two cells, at most 100M MACs')
    """
    if table.space.name != space.name:
        raise SettingsError(
            f"got an objective of space {table.space.name!r} for space {space.name!r}: "
            "pass the space that the objective measures"
        )
    if table.space.limits == space.limits:
        return table
    if table.space.limits:
        raise SettingsError(
            f"got table {table.name!r} for {space!r}, expected the same limits: search the "
            "space of the table, or give the whole table"
        )
    kept = space.valid(table.choices)
    words = " and ".join(limit.text for limit in space.limits)
    if not kept.any():
        spans = []
        for limit in space.limits:
            costs = limit.costs(table.space, table.choices)
            spans.append(f"{costs.min():,.0f} to {costs.max():,.0f} {UNITS[limit.what]}")
        raise SettingsError(
            f"no architecture of table {table.name!r} has {words}: they have "
            f"{' and '.join(spans)}, so allow more"
        )
    return TableBenchmark(
        space,
        table.choices[kept],
        table.runs[kept],
        name=f"{table.name}, {words}",
        values=table.values[kept],
        test_values=table.test_values[kept],
        seconds=table.seconds[kept],
        unit=table.unit,
        direction=table.direction,
        dataset=table.dataset,
        run=table.run,
        columns={key: column[kept] for key, column in table.columns.items()},
        provenance={**table.provenance, "limits": [limit.to_dict() for limit in space.limits]},
    )
