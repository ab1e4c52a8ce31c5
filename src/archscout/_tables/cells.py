"""Numbers out of the cells of a column, in the notations of spreadsheets.

``1,234.5``, ``1.234,5``, ``1 234,5``, ``93.5%`` and ``1e-3`` are numbers; ``#N/A``, ``null``,
``-`` and the like are missing. ``1,234`` alone can be two numbers: the other cells of its column
decide, and without them the separator of the file.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from archscout._common.numerals import read_number
from archscout.errors import TableError

_WORDS = "nan -nan na <na> n/a n.a. none null nil missing 1.#qnan -1.#ind"
_SIGNS = ("", "-", "--", "\u2013", "\u2014", "?", ".")
_EMPTY = frozenset((*_WORDS.split(), *_SIGNS))
# Spreadsheets tell faults in their user's language: #N/A, #NV, #DIV/0!, #WERT!, #VALEUR!
_FAULT = re.compile(r"#[^\W\d_][\w/]*[!?]?")
_SCALES = {"k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9, "t": 1e12}
_SUFFIXED = re.compile(r"(.*\d\.?) ?([kmgbt])", re.IGNORECASE | re.ASCII)
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ '\u2019\u00a0\u202f]\d{3})+(?!\d).*", re.ASCII)
_GROUPS = {
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII),
}


def _is_missing(text: str) -> bool:
    return text.lower() in _EMPTY or _FAULT.fullmatch(text) is not None


class Unread(NamedTuple):
    """Cells of a column that are no numbers: how many, and the first with its row from 0."""

    cells: int
    row: int
    cell: Any
    reason: str

    def __bool__(self) -> bool:
        return self.cells > 0

    def error(self, source: str, name: str) -> TableError:
        """The refusal of a column that is needed."""
        cell = self.cell if len(str(self.cell)) <= 60 else f"{str(self.cell)[:57]}..."
        return TableError(
            f"row {self.row + 1} of {source} has {cell!r} in column {name!r}, expected "
            f"a finite number, with a decimal point, or an empty cell: {self.reason}"
        )


class NumberColumn:
    """Collects the cells of a column, block by block, and tells their numbers at the end.

    Args:
        separator: what parts the cells of the file.
        counts: whether the column counts something, so that ``1.07M`` is 1,070,000.
        share: what one percent is worth: 0.01 where the unit is a fraction.
    """

    def __init__(self, separator: str = ",", counts: bool = False, share: float = 1.0) -> None:
        self._separator, self._counts, self._share = separator, counts, share
        self._rows = 0
        self._parts: list[NDArray[np.float64]] = []
        self._bad = 0
        self._first_bad = Unread(0, 0, "", "")
        # Whether the point surely is the decimal mark, or surely parts thousands.
        self._point = self._points_group = False
        # Rows in which the comma surely is the decimal mark.
        self._comma = array("q")
        # Rows such as 1,234 and 1.234, read with a decimal mark so far.
        self._maybe_comma, self._maybe_point = array("q"), array("q")
        self._shown: dict[int, str] = {}

    def add(self, cells: Sequence[Any]) -> None:
        """Read the next cells; numbers that are no text pass through."""
        self._parts.append(self._fast(cells))
        self._rows += len(cells)

    def finish(self) -> tuple[NDArray[np.float64], Unread]:
        """All values ``(rows,)``, NaN where there is none, and the cells that are no numbers."""
        values = np.concatenate(self._parts) if self._parts else np.empty(0)
        comma, point = len(self._comma) > 0, self._point
        if comma and (point or (self._maybe_point and not self._points_group)):
            return self._refused(values, self._comma, "its column has two decimal marks")
        commas, points = (
            np.array(rows, dtype=np.int64) for rows in (self._maybe_comma, self._maybe_point)
        )
        if comma:
            values[points] = np.round(values[points] * 1000)
        elif len(commas):
            # What counts is whole, and where commas part the cells none is a decimal mark.
            point = point or self._separator == "," or (self._counts and self._separator != ";")
            if not point and (len(points) or self._separator != ";"):
                return self._refused(values, self._maybe_comma, "its comma may mean two things")
            if point:
                values[commas] = np.round(values[commas] * 1000)
        return values, self._first_bad._replace(cells=self._bad)

    def _refused(
        self, values: NDArray[np.float64], rows: array[int], why: str
    ) -> tuple[NDArray[np.float64], Unread]:
        values[np.array(rows, dtype=np.int64)] = math.nan
        cell = self._shown[rows[0]]
        why = f"{why}, so write decimal points"
        return values, Unread(self._bad + len(rows), rows[0], cell, why)

    def _fast(self, cells: Sequence[Any]) -> NDArray[np.float64]:
        """Read plain numbers at once, and cell by cell where one is anything else."""
        try:
            text = "".join(cells)
        except TypeError:
            return self._each(cells)
        if text.isascii() and "_" not in text and "n" not in text.lower():
            try:
                values = np.array(list(map(float, cells)))
            except ValueError:
                return self._each(cells)
            if np.isfinite(values).all():
                # Once it is sure that points are decimal marks, no more is to be learnt.
                if "." in text and not self._point:
                    self._note_points(text, cells, values)
                return values
        return self._each(cells)

    def _note_points(self, text: str, cells: Sequence[str], values: NDArray[np.float64]) -> None:
        """Note what points mean in plain numbers, all of which are in ``text``."""
        maybe = [place for place, cell in enumerate(cells) if cell[-4:-3] == "."]
        sizes = np.abs(values[maybe])
        self._point = (
            len(maybe) < text.count(".")
            or "e" in text.lower()
            or bool(((sizes < 1) | (sizes >= 1000)).any())
        )
        if not self._point:
            self._maybe_point.extend(self._rows + place for place in maybe)

    def _each(self, cells: Sequence[Any]) -> NDArray[np.float64]:
        values = np.full(len(cells), math.nan)
        for place, cell in enumerate(cells):
            if cell is None or (isinstance(cell, str) and _is_missing(cell.strip())):
                continue
            try:
                values[place] = self._one(cell, place)
            except (TypeError, ValueError, OverflowError):
                if not self._bad:
                    self._first_bad = Unread(1, self._rows + place, cell, "correct it")
                self._bad += 1
        return values

    def _one(self, cell: Any, place: int) -> float:
        if not isinstance(cell, str):
            value = float(cell)
            if math.isinf(value) or isinstance(cell, bool):
                raise ValueError(cell)
            return value
        text, scale = cell.strip(), 1.0
        if text.endswith("%"):
            text, scale = text[:-1].rstrip(), self._share
        elif self._counts and (found := _SUFFIXED.fullmatch(text)):
            text, scale = found[1], _SCALES[found[2].lower()]
        if _SPACED.fullmatch(text):
            text = re.sub(r"[ '\u2019\u00a0\u202f]", "", text)
        return scale * self._marked(text, place)

    def _marked(self, text: str, place: int) -> float:
        """Read digits in which commas and points stand."""
        comma, point = text.rfind(","), text.rfind(".")
        if comma < 0 and point < 0:
            return read_number(text)
        if comma < 0 or point < 0:
            mark = "," if point < 0 else "."
            if text.count(mark) == 1:
                value = read_number(text.replace(",", "."))
                if _GROUPS[mark].fullmatch(text):
                    self._note(self._maybe_comma if mark == "," else self._maybe_point, place, text)
                elif mark == ",":
                    self._note(self._comma, place, text)
                else:
                    self._point = True
                return value
            first, last = mark, ""
        else:
            first, last = (",", ".") if comma < point else (".", ",")
        whole, _, rest = text.rpartition(last) if last else (text, "", "")
        if not _GROUPS[first].fullmatch(whole):
            raise ValueError(text)
        value = read_number(f"{whole.replace(first, '')}.{rest}")
        # A comma that parts thousands says that the point is the decimal mark, and the other way.
        if first == ",":
            self._point = True
        else:
            self._points_group = True
            self._note(self._comma, place, text)
        return value

    def _note(self, rows: array[int], place: int, text: str) -> None:
        rows.append(self._rows + place)
        if len(rows) == 1:
            self._shown.setdefault(rows[0], text)
