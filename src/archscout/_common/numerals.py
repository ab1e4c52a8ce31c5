"""Reads numbers from text as people write them, which is less than Python reads.

Python's own ``int`` and ``float`` take ``9_1`` for 91, digits of any script and words such as
``infinity``. In a table or on a command line these are slips, not numbers.
"""

from __future__ import annotations

import math
import re

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DIGITS = re.compile(r"[+-]?[0-9]+", re.ASCII)
_NUMBER = re.compile(
    r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,4})?", re.ASCII | re.IGNORECASE
)


def read_whole(text: str) -> int:
    """Read a whole number of up to 18 digits; raises `ValueError` for any other text.

    Blanks around it are passed over.
    """
    found = text.strip()
    if _WHOLE.fullmatch(found) is None:
        if _DIGITS.fullmatch(found):
            raise ValueError(f"{_short(text)} has more than 18 digits")
        raise ValueError(f"{_short(text)} is no whole number")
    return int(found)


def read_number(text: str) -> float:
    """Read a finite decimal number; raises `ValueError` for any other text.

    Blanks around it are passed over.
    """
    found = text.strip()
    value = float(found) if _NUMBER.fullmatch(found) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"{_short(text)} is no finite number")
    return value


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
