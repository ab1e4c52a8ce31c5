"""What an objective wants to keep beside a value, as plain values, whatever it is.

A label that was paid for is never lost for its notes: what is circular, too deep, too large or
cannot be read is left out, and a sentence stands in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archscout._common.plain import plain
from archscout.errors import error_text

# Far more than a learning curve or a table of confusions takes, far less than harms a record.
_DEEPEST, _MOST_NOTES, _MOST_VALUES, _MOST_LETTERS = 20, 1_000, 100_000, 1_000_000
_LARGEST = 2**63


class _LeftOut(Exception):
    """Why a note is not kept."""


def plain_info(notes: Mapping[Any, Any]) -> dict[str, Any]:
    """Take over what can be kept of an objective's notes, at most 20 levels deep.

    NaN and infinity are None; what cannot be kept is a text that says why.
    """
    kept: dict[str, Any] = {}
    room = _Room()
    try:
        for key, value in notes.items():
            if len(kept) >= _MOST_NOTES:
                raise _LeftOut(f"what came after {_MOST_NOTES:,} notes")
            name = _name(key, len(kept))
            before = room.values, room.letters
            try:
                kept[name] = room.take(value)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                # A note may be an object of any making.
                room.values, room.letters = before
                kept[name] = _left_out(error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        kept["info"] = _left_out(error)
    return kept


def _left_out(error: BaseException) -> str:
    return f"left out: {error if isinstance(error, _LeftOut) else error_text(error)}"


def _name(key: object, number: int) -> str:
    try:
        return f"{key}"[:200]
    except KeyboardInterrupt:
        raise
    except BaseException:
        return f"note {number + 1}"


class _Room:
    """Counts what the notes of one label take."""

    def __init__(self) -> None:
        self.values = self.letters = 0

    def take(self, value: Any, depth: int = 0) -> Any:
        """One value as a plain one; raises `_LeftOut` where there is no room."""
        self._count(1, 0)
        if depth > _DEEPEST:
            raise _LeftOut(f"more than {_DEEPEST} levels, or circular")
        if isinstance(value, str):
            text = str.__str__(value)
            self._count(0, len(text))
            return text
        if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            raise _LeftOut("a whole number of more than 64 bits")
        if isinstance(value, bytes | bytearray):
            self._count(0, len(value))
        # Arrays and tensors know their size before they become lists.
        size = getattr(value, "nbytes", 0)
        if isinstance(size, int) and size > 8 * _MOST_VALUES:
            raise _LeftOut(f"more than {_MOST_VALUES:,} values")
        if not isinstance(value, type) and callable(getattr(value, "tolist", None)):
            value = value.tolist()
            return self.take(value, depth + 1)
        if isinstance(value, Mapping):
            return {
                self.take(f"{key}", depth): self.take(item, depth + 1)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.take(item, depth + 1) for item in value]
        if isinstance(value, set | frozenset):
            return sorted((self.take(item, depth + 1) for item in value), key=str)
        kept = plain(value)
        self._count(0, len(kept) if isinstance(kept, str) else 0)
        return kept

    def _count(self, values: int, letters: int) -> None:
        self.values += values
        self.letters += letters
        if self.values > _MOST_VALUES:
            raise _LeftOut(f"more than {_MOST_VALUES:,} values")
        if self.letters > _MOST_LETTERS:
            raise _LeftOut(f"more than {_MOST_LETTERS:,} characters")
