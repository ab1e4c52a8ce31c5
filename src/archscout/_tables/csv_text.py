"""Reads the CSV files that spreadsheets and programs write, in whatever dialect.

Cells are parted by commas, semicolons, tabs or bars; a first line such as ``sep=;`` may say by
which. Text is UTF-8 or UTF-16 with a byte order mark, else that of Windows in the west. Empty
lines, lines that begin with ``#`` above the header or with ``# `` below it, and empty cells at
the end of a line are passed over.
"""

from __future__ import annotations

import collections
import contextlib
import csv
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archscout._tables.limits import TableLimits
from archscout._tables.text_lines import Lines
from archscout.errors import TableError

# Of two marks that fit equally well the first is meant: commas stand in words too.
_SEPARATORS = ";\t|,"
_STATED = re.compile(r'"?sep=(\t|[^\w\s"])"?', re.IGNORECASE)
_NUMBER = re.compile(r"\s*[+-]?\d+([.,]\d+)?\s*(%\s*)?", re.ASCII)
_BLOCK = 20_000

Read = Callable[[Sequence[str]], Iterator[dict[str, Sequence[Any]]]]


def open_csv(path: Path, limits: TableLimits) -> tuple[list[str], str, Read]:
    """Header, separator and reader of named columns of a CSV file, whose dialect is found."""
    with Lines(path, limits) as lines:
        skipped, separator = _dialect(lines, path.name)
        # Lines are counted before their cells are read, which takes ten times as long.
        collections.deque(lines, maxlen=0)
    with Lines(path, limits) as lines:
        names = next(_records(itertools.islice(lines, skipped, None), separator, path.name))
    header = _trimmed([name.strip() for name in names])

    def read(wanted: Sequence[str]) -> Iterator[dict[str, Sequence[Any]]]:
        places = [header.index(name) for name in wanted]
        with Lines(path, limits) as lines:
            records = _records(itertools.islice(lines, skipped, None), separator, path.name)
            next(records)
            rows = _rows(records, len(header), path.name)
            while block := list(itertools.islice(rows, _BLOCK)):
                columns = list(zip(*block, strict=True))
                yield {name: columns[place] for name, place in zip(wanted, places, strict=True)}

    return header, separator, read


def _dialect(lines: Iterator[str], source: str) -> tuple[int, str]:
    """How many lines stand above the header, and what parts the cells."""
    stated = ""
    for skipped, line in enumerate(lines):
        words = line.strip(f'{_SEPARATORS} "\r\n')
        found = _STATED.fullmatch(line.strip("\r\n"))
        if found:
            stated = found[1]
        elif words and not words.startswith("#"):
            head = [line, *itertools.islice(lines, 20)]
            return skipped, stated or max(_SEPARATORS, key=lambda mark: _fit(head, mark))
    raise TableError(f"{source} is empty, expected a row of column names and rows of values")


def _fit(head: list[str], mark: str) -> tuple[bool, bool, int]:
    """How well a mark parts the first lines: whether it stands bare, rows agree, and columns."""
    full: list[list[str]] = []
    # A cell that is too long is told when it is read, with its line.
    with contextlib.suppress(csv.Error):
        for row in csv.reader(head, delimiter=mark, skipinitialspace=True):
            full += [_trimmed(row)] if any(map(str.strip, row)) else []
    bare = re.sub(r'"(?:[^"]|"")*"', "", "".join(head[:1]))
    if mark not in bare or not full or len(full[0]) < 2:
        return False, False, 0
    return True, len(full) < 2 or len(full[1]) == len(full[0]), len(full[0])


def _records(lines: Iterator[str], separator: str, source: str) -> Iterator[list[str]]:
    """The rows of cells of a file, its header first; empty lines are passed over."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    width = before = 0
    try:
        for row in reader:
            if row and (row[0] or any(row)):
                width = width or len(row)
                if reader.line_num > before + 1 and _holds_rows(row, separator, width):
                    raise csv.Error("a cell holds other rows")
                yield row
            before = reader.line_num
    except csv.Error as error:
        raise TableError(
            f"the lines of {source} near line {before + 1:,} are no CSV ({error}): is a quote "
            "not closed there?"
        ) from None


def _holds_rows(row: list[str], separator: str, width: int) -> bool:
    """Whether a quote that is not closed took the lines below, with their numbers, into a cell."""
    lines = [line.split(separator) for cell in row for line in cell.splitlines()[1:]]
    return any(
        len(cells) >= width and any(_NUMBER.fullmatch(cell) for cell in cells) for cells in lines
    )


def _rows(records: Iterator[list[str]], width: int, source: str) -> Iterator[list[str]]:
    """Rows of ``width`` cells; what is a comment or blank is passed over, else refused."""
    number = 0
    for row in records:
        mark = row[0][:2]
        if len(row) != width or mark.isspace() or mark in ("", "# "):
            here = _trimmed(row)
            if not here or mark == "# " or (len(here) != width and mark[:1] == "#"):
                continue
            if len(here) > width or len(row) < width:
                raise TableError(
                    f"row {number + 1} of {source} has {len(row)} cells, expected {width} as its "
                    "first line names: correct it"
                )
        number += 1
        yield row[:width]


def _trimmed(row: list[str]) -> list[str]:
    """A row without the blank cells at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return row[:end]
