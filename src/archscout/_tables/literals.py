"""Reads plain data out of a pickle file without running it.

A pickle is a program for a small stack machine, and some of its instructions import and call
anything. This reader knows the twelve instructions that write dictionaries, lists, text and
numbers, and refuses a file at the first other one, so nothing in it can run.
"""

from __future__ import annotations

import pickletools
import struct
from typing import Any

from archscout.errors import TableError


class _Mark:
    """The place on the stack from which the next group of items is taken."""


_MARK = _Mark()


def read_literals(data: bytes, source: str) -> Any:
    """Decode dictionaries, lists, text and numbers from the bytes of a pickle file.

    Args:
        data: the whole file.
        source: its name, for messages.

    Returns:
        The value that it holds.

    Raises:
        TableError: at the first instruction that is not plain data, or if the file is damaged.

    Examples:
        >>> read_literals(b"\\x80\\x04](\\x8c\\x01a\\x8c\\x01be.", "two texts in a list")
        ['a', 'b']
    """
    try:
        return _decode(data, source)
    except (ValueError, IndexError, TypeError, AttributeError, struct.error) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(
            f"{source} is a damaged table file ({error}): install its package again"
        ) from None


def _decode(data: bytes, source: str) -> Any:
    stack: list[Any] = []
    memo: list[Any] = []
    # The branches stand in the order of how often the instructions occur.
    for opcode, argument, position in pickletools.genops(data):
        name = opcode.name
        if name in {"BINFLOAT", "SHORT_BINUNICODE"}:
            stack.append(argument)
        elif name == "MEMOIZE":
            memo.append(stack[-1])
        elif name == "MARK":
            stack.append(_MARK)
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name == "APPENDS":
            items = _since_mark(stack)
            _container(stack, list).extend(items)
        elif name == "BINGET":
            stack.append(memo[int(argument or 0)])
        elif name == "SETITEMS":
            items = _since_mark(stack)
            pairs = zip(items[::2], items[1::2], strict=True)
            _container(stack, dict).update(pairs)
        elif name == "EMPTY_DICT":
            stack.append({})
        elif name == "STOP":
            if len(stack) != 1 or stack[0] is _MARK:
                raise ValueError("it ends in the middle of a value")
            return stack[0]
        elif name not in {"PROTO", "FRAME"}:
            raise TableError(
                f"{source} holds the instruction {name} at byte {position}, expected plain data "
                "only: it may run code, so it was not read; install its package again"
            )
    raise ValueError("it has no end")


def _since_mark(stack: list[Any]) -> list[Any]:
    """Take the items above the last mark, and the mark, off the stack."""
    place = len(stack) - 1
    while stack[place] is not _MARK:
        if place == 0:
            raise ValueError("a group of items has no beginning")
        place -= 1
    items = stack[place + 1 :]
    del stack[place:]
    return items


def _container(stack: list[Any], kind: type[Any]) -> Any:
    if not isinstance(stack[-1], kind):
        raise ValueError("items belong to no container")
    return stack[-1]
