"""Reads back what runs wrote into their folders: JSON and tables, with one sentence if damaged."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout._common.numerals import read_number, read_whole
from archscout.errors import ArchscoutError, StorageError

if TYPE_CHECKING:
    import pandas as pd

TEXTS = (
    *("architecture", "strategy", "predictor", "baseline", "origin", "measure", "protocol"),
    *("scored_against", "fitted_on", "sentence", "error", "warnings", "protocol_words"),
)
"""Columns of texts in the tables that archscout writes."""

_DAMAGE = (ArchscoutError, LookupError, TypeError, ValueError, AttributeError, RecursionError)


@contextlib.contextmanager
def read_back(path: Path, what: str) -> Iterator[None]:
    """Turn whatever is wrong with files of a run into one `StorageError`.

    ``path`` is the file that says what the run is, ``what`` what it holds: ``"a comparison"``.
    """
    try:
        yield
    except OSError as error:
        file = error.filename or path
        raise StorageError(
            f"{file} cannot be read ({error.strerror}): run the command that made it again"
        ) from error
    except _DAMAGE as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise StorageError(
            f"{path} is not {what} as archscout writes it ({reason.rstrip('.')}): run the command "
            "that made it again"
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; raises `OSError` or `ValueError` if there is none."""
    data = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(data, dict):
        raise ValueError(f"it holds a {type(data).__name__}")
    return data


def read_table(path: Path) -> pd.DataFrame:
    """A table that `pandas.DataFrame.to_csv` wrote, with the very numbers and texts.

    Columns whose name is in `TEXTS` stay texts, also where they look like numbers. Of the others
    those that hold whole numbers are integers, other numbers floats with NaN for an empty cell.
    Raises `OSError` or `ValueError` if it cannot be read.
    """
    import pandas as pd

    cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    return pd.DataFrame(
        {
            name: cells[name] if name in TEXTS else _column(cells[name].tolist())
            for name in cells.columns
        }
    )


def _column(cells: list[str]) -> list[Any]:
    for kind in (read_whole, lambda cell: read_number(cell) if cell else math.nan):
        with contextlib.suppress(ValueError):
            return [kind(cell) for cell in cells]
    return cells


def numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same with NaN for None, also in mappings within.

    Examples:
        >>> numbers({"tau": None, "rows": 3, "by name": {"MACs": None}})
        {'tau': nan, 'rows': 3, 'by name': {'MACs': nan}}
    """
    return {
        key: numbers(item) if isinstance(item, Mapping) else math.nan if item is None else item
        for key, item in data.items()
    }
