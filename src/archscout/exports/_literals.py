"""Values, words and facts as Python text, laid out as ruff lays them out."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from typing import Any

from archscout.errors import SettingsError, kind_of

WIDTH = 100
"""Longest line, in columns."""


def quoted(text: str) -> str:
    r"""Write any text as one Python literal on one line.

    Line breaks, control characters and invisible characters are escaped, so that no text can
    leave its quotes or hide in an editor.

    Examples:
        >>> print(quoted('a\n"b"'), quoted("it's"))
        'a\n"b"' "it's"
    """
    mark = '"' if text.count('"') <= text.count("'") else "'"
    return mark + "".join(_letter(letter, mark) for letter in text) + mark


def _letter(letter: str, mark: str) -> str:
    if letter in (mark, "\\"):
        return "\\" + letter
    return letter if letter.isprintable() else repr(letter)[1:-1]


def literal(value: Any, indent: int = 0, before: str = "") -> str:
    """Write a plain value; what does not fit into a line has one item a line.

    Args:
        value: a text, number, truth value or None, or lists, tuples and mappings of these.
        indent: blanks before the line on which the value starts.
        before: what stands before it on that line, such as ``"cells="``; comes back too.

    Raises:
        SettingsError: if a value is of another type.

    Examples:
        >>> print(literal([("a", 1)], before="pairs="))
        pairs=[("a", 1)]
        >>> print(literal({"one": "x" * 50, "two": "y" * 50}))
        {
            "one": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "two": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
        }
    """
    kind = type(value)
    brackets = "[]" if kind is list else "()" if kind is tuple else "{}" if kind is dict else ""
    if not brackets:
        return before + _single(value)
    if isinstance(value, dict):
        items = [(f"{_single(key)}: ", item) for key, item in value.items()]
    else:
        items = [("", item) for item in value]
    flat = ", ".join(literal(item, -10_000, name) for name, item in items)
    comma = "," if isinstance(value, tuple) and len(items) == 1 else ""
    line = f"{before}{brackets[0]}{flat}{comma}{brackets[1]}"
    # One column is kept for the comma that may follow.
    if indent + columns(line) < WIDTH or not items:
        return line
    pad = " " * (indent + 4)
    lines = [f"{pad}{literal(item, indent + 4, name)},\n" for name, item in items]
    return f"{before}{brackets[0]}\n{''.join(lines)}{' ' * indent}{brackets[1]}"


def _single(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    finite = type(value) is float and math.isfinite(value)
    if finite or value is None or type(value) in (bool, int):
        return repr(value)
    raise SettingsError(
        f"got {kind_of(value)} among what a network is made with, expected numbers, texts, and "
        "lists and mappings of these: give plain values in network_arguments"
    )


def comment(name: str, value: str) -> str:
    """Write a fact as comment lines; ``value`` must be free of line breaks.

    Examples:
        >>> print(comment("space", "nasbench201"))
        # space: nasbench201
    """
    lines = textwrap.wrap(
        f"{name}: {value}",
        WIDTH // 2 if not value.isascii() else WIDTH - 4,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def columns(line: str) -> int:
    """How wide a line is; East Asian wide characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
