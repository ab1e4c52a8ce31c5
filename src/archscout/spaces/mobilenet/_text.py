"""The texts of MobileNet architectures: 21 integers in either of two published notations.

Source: SemiNAS (Luo et al., NeurIPS 2020, arXiv 2002.10389) and random-label search (Zhang et
al., CVPR 2021, arXiv 2101.11834), as their released architectures are written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from archscout.errors import ParseError, unknown_name

STAGES = (4, 4, 4, 4, 4, 1)
"""Searchable blocks a stage."""

STARTS = tuple(sum(STAGES[:stage]) for stage in range(len(STAGES)))
"""Positions of the first block of each stage, where no skip is possible."""

POSITIONS = sum(STAGES)
BLOCKS = ((3, 3), (3, 6), (5, 3), (5, 6), (7, 3), (7, 6))
"""(kernel, expansion) of the six convolution blocks, in index order."""

SKIP = len(BLOCKS)
"""Option index of the skip, which positions other than `STARTS` have."""

# The integer that stands for each option index.
NOTATIONS = {"seminas": (1, 2, 3, 4, 5, 6, 7), "random-label": (0, 1, 2, 3, 4, 5, -1)}

_INTEGER = re.compile(r"-?[0-9]{1,3}", re.ASCII)
_PRINTED = {str(integer): option for option, integer in enumerate(NOTATIONS["seminas"])}
_FORM = "21 integers such as '6 5 1 7 4 2 5 3 5 2 5 3 3 5 7 3 1 6 3 3 6'"


def format_blocks(choices: Sequence[int], notation: str = "seminas") -> str:
    """Print 21 option indices as integers, in SemiNAS's notation if no other is asked for."""
    integers = _integers(notation)
    return " ".join(str(integers[choice]) for choice in choices)


def parse_blocks(text: str, notation: str | None = None) -> tuple[int, ...]:
    """Read 21 option indices from integers; see `MobileNet.parse`."""
    if notation is not None:
        _integers(notation)  # Raises with the nearest match.
    if not isinstance(text, str):
        raise ParseError(f"got an architecture of type {type(text).__name__}, expected {_FORM}")
    if notation != "random-label" and (printed := _printed(text)) is not None:
        return printed
    prefix, colon, rest = text.partition(":")
    if colon:
        named = prefix.strip()
        if named not in NOTATIONS:
            raise ParseError(
                f"got {_short(text)}, expected {_FORM}, which one of the prefixes "
                f"{', '.join(f'{known}:' for known in NOTATIONS)} may precede"
            )
        if notation not in (None, named):
            raise ParseError(
                f"got {_short(text)} and notation={notation!r}: leave one of the two out"
            )
        notation = named
    words = (rest if colon else text).replace(",", " ").split()
    numbers = [_number(word, place, text) for place, word in enumerate(words, start=1)]
    if len(numbers) != POSITIONS:
        raise ParseError(f"got {len(numbers)} integers in {_short(text)}, expected {_FORM}")
    integers = NOTATIONS[notation or _told(numbers, text)]
    for place, number in enumerate(numbers):
        allowed = integers[:SKIP] if place in STARTS else integers
        if number not in allowed:
            skip = ", where a stage starts and none can be skipped" if place in STARTS else ""
            raise ParseError(
                f"got {number} at place {place + 1} of {_short(text)}{skip}: expected one of "
                f"{', '.join(map(str, allowed))}"
            )
    return tuple(map(integers.index, numbers))


def _printed(text: str) -> tuple[int, ...] | None:
    """Read the form that `format_blocks` prints at once; None if the text has another."""
    row = tuple(map(_PRINTED.get, text.split(" ")))
    if len(row) != POSITIONS or None in row or any(row[start] == SKIP for start in STARTS):
        return None
    return cast("tuple[int, ...]", row)


def _told(numbers: Sequence[int], text: str) -> str:
    """The notation that the numbers themselves tell; SemiNAS's if they fit both."""
    own = {6, 7} & set(numbers)
    other = {0, -1} & set(numbers)
    if own and other:
        raise ParseError(
            f"got both {min(other)} and {max(own)} in {_short(text)}, expected 1 to 7 with 7 for "
            "a skip, or 0 to 5 with -1 for a skip: use one notation"
        )
    return "random-label" if other else "seminas"


def _integers(notation: str) -> tuple[int, ...]:
    if notation not in NOTATIONS:
        raise unknown_name("notation", notation, NOTATIONS)
    return NOTATIONS[notation]


def _number(word: str, place: int, text: str) -> int:
    if not _INTEGER.fullmatch(word):
        raise ParseError(f"got {_short(word)} at place {place} of {_short(text)}, expected {_FORM}")
    return int(word)


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
