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
    """Read a whole number; blanks around it are passed over.

    Args:
        text: up to 18 digits of 0 to 9, with or without a sign.

    Returns:
        The number.

    Raises:
        ValueError: if the text is anything else.

    Examples:
        >>> read_whole(" 91 ")
        91
        >>> read_whole("9_1")
        Traceback (most recent call last):
        ValueError: '9_1' is no whole number
    """
    found = text.strip()
    if _WHOLE.fullmatch(found) is None:
        if _DIGITS.fullmatch(found):
            raise ValueError(f"{_short(text)} has more than 18 digits")
        raise ValueError(f"{_short(text)} is no whole number")
    return int(found)


def read_number(text: str) -> float:
    """Read a finite decimal number; blanks around it are passed over.

    Args:
        text: digits of 0 to 9 with a decimal point, a sign and an exponent at most.

    Returns:
        The number.

    Raises:
        ValueError: if the text is anything else, or too large for a float.

    Examples:
        >>> read_number("1.5e3"), read_number(".5")
        (1500.0, 0.5)
    """
    found = text.strip()
    value = float(found) if _NUMBER.fullmatch(found) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"{_short(text)} is no finite number")
    return value


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
