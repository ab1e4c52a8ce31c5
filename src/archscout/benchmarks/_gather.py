"""Reads the cells that a search needs: architectures and measurements, in one pass."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._tables.cells import NumberColumn
from archscout._tables.reader import TableFile
from archscout._tables.units import check_unit, row_means
from archscout.benchmarks._schema import COUNTS
from archscout.benchmarks._select import Group, Selection
from archscout.spaces._blocks.measured_table import parse_rows
from archscout.spaces.base import SearchSpace

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]


class Gathered:
    """What a search needs: ``choices`` ``(rows, positions)``, ``numbers`` ``(rows,)`` by column."""

    def __init__(self, table: TableFile, chosen: Selection, unit: str, space: SearchSpace) -> None:
        self._source = table.source
        name = chosen.architecture.name
        searched = [c.name for c in chosen.search.all]
        share = 0.01 if unit == "fraction" else 1.0
        columns = {c.name: NumberColumn(table.separator, share=share) for c in chosen.measured}
        for cost in chosen.costs:
            counts = cost.metric in COUNTS
            columns[cost.name] = NumberColumn(table.separator, counts=counts)
        parts: list[NDArray[Any]] = []
        rows = 0
        for block in table.blocks([name, *columns]):
            texts = [str(cell) for cell in block[name]]
            where = f"{table.source}, column {name!r}"
            parts.append(space.representatives(parse_rows(space, texts, where, rows)))
            for key, column in columns.items():
                column.add(block[key])
            rows += len(texts)
        self.choices = np.concatenate(parts)
        self.numbers: dict[str, Floats] = {}
        for key, column in columns.items():
            self.numbers[key], unread = column.finish()
            if unread and key in searched:
                raise unread.error(table.source, key)
            if unread:
                logger.warning(
                    "%s: %d of %d cells in column %r are no numbers and count as missing, such "
                    "as %.40r in row %d",
                    table.source,
                    unread.cells,
                    rows,
                    key,
                    unread.cell,
                    unread.row + 1,
                )

    def values(self, group: Group, unit: str) -> tuple[Floats, Floats]:
        """Means ``(rows,)`` and single runs ``(rows, runs)`` of a group, checked for their unit."""
        read: list[Floats] = []
        for column in group.all:
            values = self.numbers[column.name]
            check_unit(values, unit, f"column {column.name!r} of {self._source}")
            read.append(values)
        if group.mean is None:
            runs = np.stack(read, axis=1)
            return row_means(runs), runs
        return read[0], np.stack(read[1:] or read, axis=1)
