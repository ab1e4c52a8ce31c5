"""The part of the space kit that looks at encodings and token sequences."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError, UnknownNameError
from archscout.spaces.base import Architecture, SearchSpace
from archscout.testing._promises import Promises, require, require_error


def check_encodings(
    space: SearchSpace, archs: list[Architecture], rng: np.random.Generator, promises: Promises
) -> None:
    """Check every encoding of a space on some architectures, at least 2; part of `check_space`."""
    with promises.of("encodings"):
        require(len(space.encodings) > 0, "the space has no encodings")
    for kind in space.encodings:
        with promises.of(f"encode(archs, {kind!r})"):
            _check_encoding(space, archs, kind)
        with promises.of(f"tokens of {kind!r}"):
            try:
                space.token_spec(kind)
            except UnknownNameError:
                continue
            _check_tokens(space, archs, kind, rng)
    unknown = "no such encoding"
    for name, call in (
        ("encode", lambda: space.encode(archs, unknown)),
        ("token_spec", lambda: space.token_spec(unknown)),
    ):
        with promises.of(f"{name} of an unknown kind"):
            require_error(UnknownNameError, call, f"{name}(_, {unknown!r})")


def _arrays(encoded: Any, kind: str) -> dict[str, NDArray[Any]]:
    """The arrays of an encoding by name: itself, or those of a dataclass such as a graph."""
    if isinstance(encoded, np.ndarray):
        return {kind: encoded}
    require(
        dataclasses.is_dataclass(encoded),
        f"encoding {kind!r} is {type(encoded).__name__}, expected an array or a dataclass of them",
    )
    values = {field.name: getattr(encoded, field.name) for field in dataclasses.fields(encoded)}
    arrays = {f"{kind}.{k}": v for k, v in values.items() if isinstance(v, np.ndarray)}
    require(arrays, f"encoding {kind!r} holds no arrays")
    return arrays


def _check_encoding(space: SearchSpace, archs: list[Architecture], kind: str) -> None:
    choices = space.as_choices(archs)
    before = choices.copy()
    whole = _arrays(space.encode(choices, kind), kind)
    require(np.array_equal(choices, before), f"encode(_, {kind!r}) changes the choices it is given")
    again = _arrays(space.encode(archs, kind), kind)
    first = _arrays(space.encode(archs[:1], kind), kind)
    none = _arrays(space.encode([], kind), kind)
    for name, array in whole.items():
        require(
            array.ndim >= 2 and len(array) == len(archs),
            f"encoding {name!r} of {len(archs)} architectures has shape {array.shape}, "
            "expected one row for each",
        )
        require(
            array.dtype == np.float32 or np.issubdtype(array.dtype, np.integer),
            f"encoding {name!r} has type {array.dtype}, expected float32 or integers",
        )
        require(bool(np.isfinite(array).all()), f"encoding {name!r} holds numbers not finite")
        require(
            np.array_equal(array, again[name]) and array.dtype == again[name].dtype,
            f"encoding {name!r} differs between two calls, or between choices and architectures",
        )
        require(
            np.array_equal(array[:1], first[name]),
            f"encoding {name!r} of an architecture depends on the others of its batch",
        )
        require(
            none[name].shape == (0, *array.shape[1:]),
            f"encoding {name!r} of no architectures has shape {none[name].shape}, "
            f"expected {(0, *array.shape[1:])}",
        )


def _check_tokens(
    space: SearchSpace, archs: list[Architecture], kind: str, rng: np.random.Generator
) -> None:
    spec = space.token_spec(kind)
    form = (len(archs), spec.length)
    tokens = space.encode(archs, kind)
    require(
        isinstance(tokens, np.ndarray) and tokens.shape == form and tokens.dtype == np.int64,
        f"token encoding {kind!r} is not an int64 array of shape {form}",
    )
    require(spec.allowed.dtype == np.bool_, f"the mask of {kind!r} is not boolean")
    require(bool(spec.allowed.any(axis=1).all()), f"the mask of {kind!r} leaves a place no token")
    require(not spec.allowed[:, spec.start].any(), f"the mask of {kind!r} allows the start token")
    inside = (tokens >= 0) & (tokens < spec.vocabulary)
    require(bool(inside.all()), f"encoding {kind!r} writes tokens outside its vocabulary")
    require(
        bool(spec.allowed[np.arange(spec.length), tokens].all()),
        f"encoding {kind!r} writes tokens that its mask does not allow",
    )
    choices, valid = space.decode(tokens, kind)
    require(bool(valid.all()), f"decode(_, {kind!r}) calls an encoded architecture invalid")
    require(
        choices.dtype == space.choice_dtype and np.array_equal(choices, space.as_choices(archs)),
        f"decode(encode(archs, {kind!r}), {kind!r}) is not archs",
    )
    _check_free_tokens(space, kind, rng)
    _check_broken_tokens(space, tokens, kind)


def _check_free_tokens(space: SearchSpace, kind: str, rng: np.random.Generator) -> None:
    """Whatever the mask allows is decoded to a valid architecture or flagged."""
    allowed = space.token_spec(kind).allowed
    drawn = np.stack([rng.choice(np.flatnonzero(row), 50) for row in allowed], axis=1)
    choices, valid = space.decode(drawn, kind)
    require(not choices[~valid].any(), f"decode(_, {kind!r}) gives choices for invalid tokens")
    good = choices[valid]
    require(
        bool(space.valid(good).all()), f"decode(_, {kind!r}) calls an invalid architecture valid"
    )
    back, valid_again = space.decode(space.encode(good, kind), kind)
    require(
        bool(valid_again.all()) and np.array_equal(back, good),
        f"encode and decode of {kind!r} do not undo each other on tokens that the mask allows",
    )


def _check_broken_tokens(space: SearchSpace, tokens: NDArray[np.int64], kind: str) -> None:
    spec = space.token_spec(kind)
    for wrong in (spec.start, spec.vocabulary, -1):
        broken = tokens.copy()
        broken[0, -1] = wrong
        choices, valid = space.decode(broken, kind)
        require(
            not valid[0] and not choices[0].any() and bool(valid[1:].all()),
            f"decode(_, {kind!r}) does not flag exactly the sequence with token {wrong}, "
            "or gives it choices",
        )
    short = tokens[:, :-1]
    require_error(ParseError, lambda: space.decode(short, kind), f"decode of short {kind!r}")
    halves = tokens + 0.5
    require_error(ParseError, lambda: space.decode(halves, kind), f"decode of halves {kind!r}")
