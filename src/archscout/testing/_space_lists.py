"""The part of the space kit that looks at costs, networks and the list of all architectures."""

from __future__ import annotations

import itertools

import numpy as np

from archscout.errors import MissingMethodError, ParseError
from archscout.spaces.base import Architecture, SearchSpace
from archscout.testing._promises import Promises, require, require_error

_LISTED = 200_000


def check_costs(space: SearchSpace, archs: list[Architecture], promises: Promises) -> None:
    """Check parameters and multiply-adds where the space counts them; part of `check_space`."""
    for name in ("params", "macs"):
        with promises.of(name):
            _check_cost(space, archs, name)


def _check_cost(space: SearchSpace, archs: list[Architecture], name: str) -> None:
    one, many = getattr(space, name), getattr(space, f"{name}_table")
    try:
        counts = [one(arch) for arch in archs]
    except MissingMethodError:
        return  # A space need not count.
    except NotImplementedError:
        raise AssertionError(
            f"{name} raised NotImplementedError: leave the method {name} out of the class where "
            "the space does not count it"
        ) from None
    for arch, count in zip(archs, counts, strict=True):
        require(
            type(count) is int and count >= 0,
            f"{name}({arch!r}) gave {count!r}, expected an int of 0 or more",
        )
    require(counts == [one(arch) for arch in archs], f"{name} gave two counts for one network")
    require(np.asarray(many(archs)).tolist() == counts, f"{name}_table differs from {name}")


def check_networks(space: SearchSpace, archs: list[Architecture], promises: Promises) -> None:
    """Build networks and count their parameters; part of `check_space`."""
    with promises.of("build"):
        for arch in archs:
            weights = space.build(arch).parameters()
            built = sum(weight.numel() for weight in weights if weight.requires_grad)
            try:
                counted = space.params(arch)
            except MissingMethodError:
                continue
            require(
                built == counted,
                f"build({arch!r}) has {built} trainable parameters, but params says {counted}",
            )


def check_listing(space: SearchSpace, archs: list[Architecture], promises: Promises) -> None:
    """Check the list of a space that has one; part of `check_space`."""
    size = 0
    before = len(promises.broken)
    with promises.of("len(space)"):
        try:
            size = len(space)
        except (TypeError, OverflowError):
            return
    if len(promises.broken) > before:
        return
    with promises.of("all_choices"):
        rows = space.all_choices()
        require(
            isinstance(rows, np.ndarray) and rows.ndim == 2,
            f"all_choices gave {type(rows).__name__}, expected an array (n, positions)",
        )
        _check_rows(space, archs, rows, size)
    with promises.of("indices"):
        _check_places(space, archs)
    with promises.of("iteration"):
        _check_iteration(space, size)


def _check_rows(space: SearchSpace, archs: list[Architecture], rows: np.ndarray, size: int) -> None:
    require(len(rows) == size, f"len(space) is {size}, but all_choices has {len(rows)} rows")
    require(np.array_equal(rows[:50], space.all_choices()[:50]), "all_choices changes its order")
    if size > _LISTED:
        rows = rows[:_LISTED]
    else:
        require(len(np.unique(rows, axis=0)) == size, "all_choices lists an architecture twice")
        listed = set(map(tuple, rows.tolist()))
        for arch in space.architectures(space.representatives(archs)):
            require(arch.choices in listed, f"{arch!r} was sampled but is not in all_choices")
    require(bool(space.valid(rows).all()), "all_choices lists an architecture that is not valid")


def _check_places(space: SearchSpace, archs: list[Architecture]) -> None:
    places, rows = space.indices(archs), space.all_choices()
    require(
        np.array_equal(rows[places], space.representatives(archs)),
        "indices does not give the places of architectures in all_choices",
    )
    stranger = Architecture(space.name + "?", archs[0].choices)
    require_error(ParseError, lambda: space.indices([stranger]), "indices of another space's")


def _check_iteration(space: SearchSpace, size: int) -> None:
    if size <= _LISTED:
        count = sum(1 for _ in space)
        require(count == size, f"len(space) is {size}, but iteration gave {count} architectures")
    start = list(itertools.islice(space, 50))
    require(
        start == space.architectures(space.all_choices()[:50]),
        "iteration is not in the order of all_choices",
    )
