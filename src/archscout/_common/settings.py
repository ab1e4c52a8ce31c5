"""Settings whose ranges are declared once a class; pydantic reads them, and one sentence refuses.

Importing this loads pydantic, which takes a fifth of a second: only settings of what takes far
longer, such as trainings, are made so.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
from pydantic import BeforeValidator, ConfigDict, ValidationError
from pydantic.dataclasses import dataclass

from archscout.errors import ArchscoutError, SettingsError, kind_of, unknown_name

T = TypeVar("T")

Whole = Annotated[int, BeforeValidator(lambda n: int(n) if isinstance(n, np.integer) else n)]
"""A whole number, of numpy too; neither True nor a text."""

Number = Annotated[float, BeforeValidator(lambda n: float(n) if isinstance(n, np.floating) else n)]
"""A finite number, of numpy too; neither True nor a text."""

Flag = Annotated[bool, BeforeValidator(lambda b: bool(b) if isinstance(b, np.bool_) else b)]
"""True or False, of numpy too."""

_CONFIG = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True)
_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    str: "a text",
    type(None): "None",
}

# An end of a range that only keeps slips of the finger out is said where it is passed.
_LARGE = 1000


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def settings(cls: type[T]) -> type[T]:
    """Make a frozen dataclass that refuses what is out of the ranges in its annotations.

    A range is declared as ``Annotated[Whole, Field(ge=1)]``.

    Raises:
        SettingsError: when one is made, with what came and what was expected. A ``description``
            in the annotation ends the sentence.
        UnknownNameError: instead, for a name that is none of a ``Literal``.
    """
    made: type[T] = dataclass(cls, frozen=True, config=_CONFIG)  # type: ignore[assignment]
    read = made.__init__

    @functools.wraps(read)
    def init(self: Any, *args: Any, **values: Any) -> None:
        try:
            read(self, *args, **values)
        except ValidationError as error:
            raise _refusal(made, error) from None

    made.__init__ = init  # type: ignore[method-assign]
    return made


def _refusal(cls: type, error: ValidationError) -> ArchscoutError:
    """What is said of the first value that cannot be taken."""
    first = error.errors(include_url=False)[0]
    raised = first.get("ctx", {}).get("error")
    if isinstance(raised, ArchscoutError):
        return raised
    hints = get_type_hints(cls, include_extras=True)
    name, value = first["loc"][0], first["input"]
    if name not in hints:
        if isinstance(name, str):
            return unknown_name(f"setting of {cls.__name__}", name, hints)
        return SettingsError(f"{cls.__name__} takes {len(hints)} settings: name them")
    options, ends, told = _parts(hints[name])
    known = [n for option in options if get_origin(option) is Literal for n in get_args(option)]
    if known and isinstance(value, str) and str not in options:
        return unknown_name(str(name).replace("_", " "), value, known)
    came = repr(value) if isinstance(value, str | float | int) else kind_of(value)
    said = " or ".join(_words(option, ends, first["type"]) for option in options)
    return SettingsError(f"got {name}={came}, expected {said}{told}")


def _parts(hint: Any) -> tuple[list[Any], dict[str, float], str]:
    """The types that an annotation takes, the ends of its range, and what it says beside."""
    if get_origin(hint) in (Union, types.UnionType):
        parts = [_parts(option) for option in get_args(hint)]
        ends = {end: value for _, found, _ in parts for end, value in found.items()}
        kinds = [kind for found, _, _ in parts for kind in found]
        return kinds, ends, "".join(told for _, _, told in parts)
    if get_origin(hint) is not Annotated:
        return [hint], {}, ""
    base, *notes = get_args(hint)
    kinds, ends, told = _parts(base)
    for note in notes:
        told = f": {note.description}" if getattr(note, "description", None) else told
        for limit in getattr(note, "metadata", ()):
            ends.update(dataclasses.asdict(limit))
    return kinds, ends, told


def _words(kind: Any, ends: Mapping[str, float], broken: str) -> str:
    """A type in words, a number with its range."""
    if kind in (int, float):
        return f"{_KINDS[kind]}{_range(ends, broken)}"
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    return _KINDS.get(kind) or f"an instance of {(get_origin(kind) or kind).__name__}"


def _range(ends: Mapping[str, float], broken: str) -> str:
    """The ends of a range in words."""
    low, top = ends.get("gt", ends.get("ge")), ends.get("lt", ends.get("le"))
    if top is not None and top > _LARGE:
        if broken.startswith("less_than"):
            return f" of at most {top:,}"
        top = None
    if low is None:
        return ""
    if top is None:
        return f" above {low}" if "gt" in ends else f" of {low} or more"
    if "gt" in ends:
        return f" between {low} and {top}" if "lt" in ends else f" above {low}, at most {top}"
    return f" from {low} to {'below ' if 'lt' in ends else ''}{top}"


def check_declared(owner: Callable[..., Any], values: Mapping[str, Any]) -> None:
    """Refuse values that are out of the ranges in the annotations of a class or function.

    Only parameters that declare a range or a choice of names are looked at, where a value is
    given: a plain ``int`` is no promise that it is checked. Raises what `settings` does.

    Examples:
        >>> from pydantic import Field
        >>> def search(rounds: Annotated[Whole, Field(ge=1)] = 3) -> None: ...
        >>> check_declared(search, {"rounds": 0})
        Traceback (most recent call last):
        archscout.errors.SettingsError: got rounds=0, expected a whole number of 1 or more
    """
    checker = _checker(owner)
    checker(**{name: values[name] for name in get_type_hints(checker) if name in values})


@functools.cache
def _checker(owner: Callable[..., Any]) -> type:
    """Settings with the parameters that declare something; all may be missing."""
    try:
        hints = get_type_hints(owner, include_extras=True)
    except NameError:
        hints = {}  # Annotations of another package that only its type checker can read.
    declared = {n: hint for n, hint in hints.items() if n != "return" and _declares(hint)}
    name = owner.__qualname__.partition(".")[0]
    made: type = type(name, (), {"__annotations__": declared, **dict.fromkeys(declared)})
    return settings(made)


def _declares(hint: Any) -> bool:
    return get_origin(hint) in (Annotated, Literal) or any(map(_declares, get_args(hint)))
