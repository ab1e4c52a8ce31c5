"""Pieces of Python text: literals, comments and statements, formatted as ruff formats them."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

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


def block(opening: str, items: Sequence[str], closing: str, indent: int) -> list[str]:
    """A call or literal with one item a line; items may end in a comment after two blanks.

    Examples:
        >>> print("\\n".join(block("pair = (", ["1", "2  # two"], ")", 0)))
        pair = (
            1,
            2,  # two
        )
    """
    outer, inner = " " * indent, " " * (indent + 4)
    lines = [f"{outer}{opening}"]
    for item in items:
        code, blanks, remark = item.partition("  # ")
        lines.append(f"{inner}{code},{blanks}{remark}")
    return [*lines, f"{outer}{closing}"]


def module_dict(name: str, modules: dict[str, str], indent: int = 8) -> list[str]:
    """The statement that gives a module a dictionary of modules."""
    items = [f'"{key}": {module}' for key, module in modules.items()]
    pad = " " * indent
    inner = block("{", items, "}", indent + 4)
    return [f"{pad}self.{name} = nn.ModuleDict(", *inner, f"{pad})"]


def total(opening: str, terms: Sequence[str], closing: str = "", indent: int = 8) -> list[str]:
    """A statement whose value is a sum, folded where it is too long.

    Args:
        opening: what stands before the sum, such as ``"output = "``.
        terms: what is added up, in order.
        closing: what stands after it, such as the ``")"`` of a call.
        indent: blanks before it.
    """
    pad, inner = " " * indent, " " * (indent + 4)
    line = f"{pad}{opening}{' + '.join(terms)}{closing}"
    if len(line) <= WIDTH:
        return [line]
    head, foot = (f"{pad}{opening}(", f"{pad})") if not closing else (pad + opening, pad + closing)
    whole = inner + " + ".join(terms)
    if len(whole) <= WIDTH:
        return [head, whole, foot]
    return [head, *(f"{inner}{'+ ' if place else ''}{t}" for place, t in enumerate(terms)), foot]
