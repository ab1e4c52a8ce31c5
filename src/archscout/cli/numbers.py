"""Numbers in options: what Python reads as one, but nobody writes as one, is refused."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import typer

from archscout._common.numerals import read_number, read_whole

_READERS: dict[Any, Callable[[str], float]] = {int: read_whole, float: read_number}


def read_plainly(command: Any) -> Any:
    """Let a command's options of whole and decimal numbers take digits of 0 to 9 only.

    Python takes ``9_1`` for 91, digits of any script, and ``nan`` for a number; a typing error
    must not become a budget.
    """
    if command is None or command.callback is None:
        return command
    hints = typing.get_type_hints(command.callback)
    for option in command.params:
        reader = _reader(hints.get(option.name))
        if reader is not None and "process_value" not in vars(option):
            option.process_value = _checked(option, reader)
    return command


def _reader(kind: Any) -> Callable[[str], float] | None:
    """What reads a kind, or what stands in it, as in ``int | None`` and ``list[float]``."""
    inner = map(_reader, typing.get_args(kind))
    return _READERS.get(kind) or next((reader for reader in inner if reader), None)


def _checked(option: Any, reader: Callable[[str], float]) -> Callable[[Any, Any], Any]:
    process = option.process_value

    def checked(ctx: Any, value: Any) -> Any:
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str):
                try:
                    reader(text)
                except ValueError as error:
                    raise typer.BadParameter(f"{error}.", ctx=ctx, param=option) from None
        return process(ctx, value)

    return checked
