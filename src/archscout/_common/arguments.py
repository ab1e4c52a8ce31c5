"""What users pass by mistake, refused in one sentence before anything is spent."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

import numpy as np

from archscout.errors import SettingsError, kind_of, unknown_name

P = ParamSpec("P")
R = TypeVar("R")


def whole(number: object, what: str, least: int, most: int | None = None) -> int:
    """Read a whole number, of numpy too; raises `SettingsError` for all else."""
    try:
        read = None if isinstance(number, bool | np.bool_) else operator.index(number)  # type: ignore[arg-type]
    except TypeError:
        read = None
    if read is None or read < least or (most is not None and read > most):
        came = repr(number) if isinstance(number, str | float | int) else kind_of(number)
        ends = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise SettingsError(f"got {what}={came}, expected a whole number {ends}")
    return read


def as_mapping(given: object, what: str) -> dict[str, Any]:
    """Read settings by name, of which None stands for none; raises `SettingsError`."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise SettingsError(
            f"got {kind_of(given)} as {what}, expected a dictionary from names to values"
        )
    for key in given:
        if not isinstance(key, str):
            raise SettingsError(f"got the key {key!r} in {what}, expected names as text")
    return dict(given)


def read_settings(given: object) -> dict[str, dict[str, Any]]:
    """Read settings by the name of what they belong to; raises `SettingsError`."""
    return {
        name: as_mapping(inner, f"the settings of {name!r}")
        for name, inner in as_mapping(given, "settings").items()
    }


def check_function(function: object, name: str) -> None:
    """Refuse with a `SettingsError` what cannot be called; None stands for no function."""
    if function is not None and not callable(function):
        raise SettingsError(f"got {kind_of(function)} as {name}, expected a function")


def as_generator(rng: object) -> np.random.Generator:
    """Take a generator of numpy; raises `SettingsError` with the way to one for all else."""
    if not isinstance(rng, np.random.Generator):
        raise SettingsError(
            f"got {kind_of(rng)} as rng, expected a generator of numpy: pass "
            "numpy.random.default_rng(0)"
        )
    return rng


def check_known(kind: str, given: Iterable[str], known: Collection[str]) -> None:
    """Refuse the first name that is not known, with the nearest match; ``kind`` says of what."""
    for name in given:
        if name not in known:
            raise SettingsError(str(unknown_name(kind, name, known)))


def is_network(value: object) -> bool:
    """Whether it is a network of torch, without importing torch."""
    return hasattr(value, "state_dict") and hasattr(value, "forward")


def refuses(function: Callable[..., object], *args: object, **settings: object) -> str | None:
    """Why a function cannot be called so; None if it can, or nobody knows.

    Examples:
        >>> refuses(lambda arch, epochs: 0.0, "an architecture")
        "missing a required argument: 'epochs'"
    """
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return "nobody awaits an async function: run it with asyncio.run inside of another"
    if inspect.isgeneratorfunction(function):
        return "it yields instead of returning"
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*args, **settings)
    except TypeError as error:
        return str(error)
    return None


def told_in_words(**elsewhere: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function refuse an argument that it does not have in one sentence.

    ``elsewhere`` says by name what to do about an argument that is often expected here.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        known = list(inspect.signature(function).parameters)

        @functools.wraps(function)
        def call(*args: P.args, **settings: P.kwargs) -> R:
            for name in settings:
                if name in elsewhere:
                    raise SettingsError(
                        f"{function.__name__}() has no argument {name!r}: {elsewhere[name]}"
                    )
                check_known(f"argument of {function.__name__}()", [name], known)
            return function(*args, **settings)

        return call

    return wrap
