"""Strategies or predictors as a comparison is given them: by name, by place, or themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, cast

from archscout.errors import SettingsError, kind_of
from archscout.plugins import describe, sendable

Parts = str | Callable[..., Any] | Iterable[Any] | Mapping[str, Any]
"""One part, several, or several by name."""


def named_parts(given: object, kind: str, plural: str) -> dict[str, Any]:
    """Read what stands side by side, each part under the name of its line.

    A part is a registered name, a place, a class, a function, or an object that stores its
    parameters (``get_params``), of which each run gets a new one. Files get their whole path.

    Examples:
        >>> named_parts(["forest", dict], "predictor", "predictors")
        {'forest': 'forest', 'dict': <class 'dict'>}
    """
    single = isinstance(given, str) or callable(given) or hasattr(given, "get_params")
    if not single and not isinstance(given, Iterable):
        raise SettingsError(
            f"got {kind_of(given)} as {plural}, expected names, places or classes of {plural}, or "
            "a mapping from names to these"
        )
    listed: list[Any] = [given] if single else list(cast(Iterable[Any], given))
    found: dict[str, Any] = {}
    for entry in listed:
        part = given[entry] if isinstance(given, Mapping) else entry
        name = entry if isinstance(given, Mapping) else _name_of(part)
        made = _made(part, kind)
        if not isinstance(name, str):
            raise SettingsError(f"got {kind_of(name)} as the name of a {kind}, expected a text")
        if name in found:
            raise SettingsError(
                f"got {kind} {name!r} twice, expected each once: give a mapping of names to put a "
                f"{kind} beside itself"
            )
        found[name] = made
    return found


def _name_of(part: object) -> str:
    if isinstance(part, str):
        return describe(part)
    own: object = part.func if isinstance(part, partial) else part
    return str(getattr(own, "__name__", type(own).__name__))


def _made(part: Any, kind: str) -> Any:
    """A text, class or function of a part."""
    if isinstance(part, str):
        return sendable(part, kind, part)
    if callable(part):
        return part
    if hasattr(part, "get_params"):
        return partial(part.__class__, **part.get_params())
    hint = f": pass the class {type(part).__name__} itself" if hasattr(part, "ask") else ""
    raise SettingsError(
        f"got {kind_of(part)} as a {kind}, expected a registered name, a place such as "
        f"FILE.py:Name, a class or a function{hint}"
    )
