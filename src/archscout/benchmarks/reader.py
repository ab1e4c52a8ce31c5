"""Reads a table file into columns of raw cells; their meaning is decided elsewhere."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import MissingExtraError, TableError

_EMPTY = frozenset({"", "nan", "na", "n/a", "none", "null", "-"})


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in its file.

    Args:
        source: the file's name, for messages.
        columns: cells by column name, all of one length; text from CSV, values from parquet.
        rows: number of rows.
    """

    source: str
    columns: dict[str, Sequence[Any]]
    rows: int

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Cells of a column as numbers ``(rows,)``; empty cells become NaN.

        Raises:
            TableError: if a cell is neither a finite number nor empty; it names the row.
        """
        values = np.empty(self.rows)
        for row, cell in enumerate(self.columns[name]):
            try:
                values[row] = _number(cell)
            except (TypeError, ValueError):
                raise TableError(
                    f"row {row + 1} of {self.source} has {cell!r} in column {name!r}, expected "
                    "a finite number, with a decimal point, or an empty cell: correct it"
                ) from None
        return values


def read_table(path: Path) -> RawTable:
    """Read a CSV file, plain or gzipped, or a parquet file.

    Cells may be parted by commas, semicolons or tabs. What the file is, is read from its first
    bytes, not from its name.

    Args:
        path: the file.

    Returns:
        Its columns.

    Raises:
        TableError: if it is missing, unreadable, ragged or without rows.
        MissingExtraError: if it is parquet and pyarrow is not installed.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        # A device may have no end to read up to.
        raise TableError(f"the table {str(path)!r} is no ordinary file: copy it into one")
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TableError(
            f"cannot read the table {str(path)!r} ({reason}): check its path"
        ) from None
    if data[:4] == b"PAR1" or path.suffix == ".parquet":
        return _read_parquet(data, path.name)
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise TableError(
                f"{path.name} is a damaged gzip file: fetch or write it again"
            ) from None
    return _read_csv(data, path.name)


def _read_csv(data: bytes, source: str) -> RawTable:
    try:
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = next((mark for mark in ",;\t" if mark in first), ",")
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{source} is not a CSV file in UTF-8 ({error}): convert it") from None
    if not lines:
        raise TableError(f"{source} is empty, expected a row of column names and rows of values")
    header, rows = [name.strip() for name in lines[0]], lines[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise TableError(
                f"row {number} of {source} has {len(row)} cells, expected {len(header)} as its "
                "first line names: correct it"
            )
    cells = zip(*rows, strict=True) if rows else (() for _ in header)
    return _checked(source, header, list(cells), len(rows))


def _read_parquet(data: bytes, source: str) -> RawTable:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(
            f"{source} is a parquet file and pyarrow is not installed: run "
            "pip install 'archscout[parquet]', or save the table as CSV"
        ) from None
    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(data))
        cells = [column.to_pylist() for column in table.columns]
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise TableError(
            f"{source} is not a readable parquet file ({reason}): write it again"
        ) from None
    return _checked(source, [str(name) for name in table.column_names], cells, table.num_rows)


def _checked(source: str, header: list[str], cells: list[Sequence[Any]], rows: int) -> RawTable:
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise TableError(f"{source} has two columns named {twice!r}: rename one of them")
    if rows == 0:
        raise TableError(f"{source} has column names and no rows: add at least one architecture")
    return RawTable(source, dict(zip(header, cells, strict=True)), rows)


def _number(cell: Any) -> float:
    if cell is None:
        return math.nan
    if isinstance(cell, str) and cell.strip().lower() in _EMPTY:
        return math.nan
    value = float(cell)
    if math.isinf(value):
        raise ValueError(cell)
    return value
