"""Checks of a strategy's settings: the kind of each value, before anything is made of it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from archscout.errors import SettingsError

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "bool": ((bool,), "true or false"),
    "int": ((int, np.integer), "a whole number"),
    "float": ((int, float, np.integer, np.floating), "a number"),
    "str": ((str,), "a text"),
}


def check_kinds(
    strategy: str, settings: Mapping[str, Any], known: Mapping[str, inspect.Parameter]
) -> None:
    """Refuse values of another kind than the settings' defaults or annotations tell.

    Args:
        strategy: its name, for the message.
        settings: values by name; what is not in ``known`` is passed over.
        known: parameters of what takes them.

    Raises:
        SettingsError: with the value and what was expected.

    Examples:
        >>> def make(first: int | None = None) -> None: ...
        >>> check_kinds("mine", {"first": 16}, inspect.signature(make).parameters)
    """
    for name, value in settings.items():
        if name not in known:
            continue
        default = known[name].default
        kind = _kind(known[name])
        if kind is None or (value is None and default is None):
            continue
        allowed, words = _KINDS[kind]
        if isinstance(value, allowed) and (kind == "bool" or not isinstance(value, bool)):
            continue
        such = "" if default is None else f" such as its default {default!r}"
        raise SettingsError(
            f"got {value!r} for {name} of strategy {strategy}, expected {words}{such}"
        )


def _kind(parameter: inspect.Parameter) -> str | None:
    """The one plain kind of a parameter, None where there is no such."""
    if type(parameter.default).__name__ in _KINDS:
        return type(parameter.default).__name__
    if parameter.default is not None:
        return None
    named = getattr(parameter.annotation, "__name__", None) or str(parameter.annotation)
    words = {word.strip() for word in named.split("|")} - {"None"}
    return words.pop() if len(words) == 1 and words <= set(_KINDS) else None
