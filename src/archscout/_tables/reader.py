"""Opens a table file: names of columns first, then their cells block by block.

What the columns mean is decided elsewhere. A file is never held in memory whole, and one that
is larger than `TableLimits` allows is refused as soon as that shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._tables.cells import NumberColumn
from archscout._tables.limits import TableLimits
from archscout.errors import TableError, listed

Block = dict[str, Sequence[Any]]


@dataclass(frozen=True)
class TableFile:
    """A table whose cells are still in its file.

    ``repeated`` are names that more than one column has; columns without a name are left out of
    ``names``. ``read`` gives text from CSV, values from parquet.
    """

    source: str
    names: tuple[str, ...]
    repeated: frozenset[str]
    separator: str
    read: Callable[[Sequence[str]], Iterator[Block]]

    def blocks(self, names: Sequence[str]) -> Iterator[Block]:
        """Cells of columns by name, block by block."""
        for name in names:
            if name in self.repeated:
                raise TableError(f"{self.source} has two columns named {name!r}: rename one")
        empty = True
        for block in self.read(names):
            empty = False
            yield block
        if empty:
            raise TableError(
                f"{self.source} has column names and no rows: add at least one architecture"
            )


@dataclass(frozen=True)
class RawTable:
    """A small table as it stands in its file: cells by column, as `TableFile.read` gives them."""

    source: str
    columns: Block
    rows: int
    separator: str = ","

    def require(self, names: Iterable[str]) -> None:
        """Refuse a file of a benchmark that lacks a column."""
        for name in names:
            if name not in self.columns:
                raise TableError(
                    f"{self.source} has no column {name!r}: it has {listed(self.columns)}, "
                    "give the file that the benchmark's documentation names"
                )

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Cells of a column as numbers ``(rows,)``; empty cells become NaN."""
        column = NumberColumn(self.separator)
        column.add(self.columns[name])
        values, unread = column.finish()
        if unread:
            raise unread.error(self.source, name)
        return values


def open_table(path: Path, limits: TableLimits | None = None) -> TableFile:
    """Open a CSV file, plain or gzipped, or a parquet file, and read its column names.

    What the file is, is read from its first bytes, not from its name.
    """
    limits = limits or TableLimits()
    if path.exists() and not (path.is_file() or path.is_dir()):
        # A device may have no end to read up to.
        raise TableError(f"the table {str(path)!r} is no ordinary file: copy it into one")
    try:
        with path.open("rb") as file:
            mark = file.read(4)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TableError(
            f"cannot read the table {str(path)!r} ({reason}): check its path"
        ) from None
    if mark == b"PAR1" or path.suffix == ".parquet":
        from archscout._tables.parquet import open_parquet

        names, separator, read = open_parquet(path, limits)
    else:
        from archscout._tables.csv_text import open_csv

        names, separator, read = open_csv(path, limits)
    if len(names) > limits.columns:
        raise TableError(
            f"{path.name} has {len(names):,} columns, more than the {limits.columns:,} that are "
            "read: keep the columns that you need"
        )
    known = [name for name in names if name]
    repeated = frozenset(name for name, count in Counter(known).items() if count > 1)
    return TableFile(path.name, tuple(dict.fromkeys(known)), repeated, separator, read)


def read_table(path: Path) -> RawTable:
    """Read a small table whole; see `open_table` for what it may be and what it raises."""
    table = open_table(path)
    columns: dict[str, list[Any]] = {name: [] for name in table.names}
    for block in table.blocks(table.names):
        for name, cells in block.items():
            columns[name].extend(cells)
    rows = len(next(iter(columns.values()), []))
    return RawTable(table.source, dict(columns), rows, table.separator)
