"""How large a table may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableLimits:
    """How large a table may be.

    Args:
        rows: most rows; in a CSV file, most lines.
        columns: most columns.
        line: most characters of a line.
        expanded: most bytes of a file after it is unpacked.
    """

    rows: int = 2_000_000
    columns: int = 10_000
    line: int = 1_000_000
    expanded: int = 4 * 2**30
