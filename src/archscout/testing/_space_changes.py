"""The part of the space kit that looks at single architectures and at changes of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from archscout.errors import SettingsError
from archscout.spaces.base import Architecture, SearchSpace
from archscout.testing._promises import Promises, require, require_error

Drawn = TypeVar("Drawn")

_LOOKED_AT, _PAIRS = 5, 8


def check_member(space: SearchSpace, arch: object, origin: str) -> None:
    """Check that what ``origin`` gave is a valid architecture of the space."""
    if not isinstance(arch, Architecture):
        raise AssertionError(f"{origin} gave {arch!r}, which is no Architecture")
    require(arch.space == space.name, f"{origin} gave {arch!r}, which names another space")
    require(
        all(type(choice) is int for choice in arch.choices),
        f"{origin} gave {arch!r}, whose choices are not all plain int",
    )
    require(arch in space, f"{origin} gave {arch!r}, which is not valid in the space")


def same_twice(
    rng: np.random.Generator, name: str, draw: Callable[[np.random.Generator], Drawn]
) -> Drawn:
    """What ``draw`` gives; it must be the same from equal generators."""
    seed = int(rng.integers(2**32))
    first, second = draw(np.random.default_rng(seed)), draw(np.random.default_rng(seed))
    require(first == second, f"{name} gave two results from the same generator state")
    return first


def check_changes(
    space: SearchSpace, archs: list[Architecture], rng: np.random.Generator, promises: Promises
) -> None:
    """Check changes of some architectures, at least 2; part of `check_space`."""
    with promises.of("neighbors"):
        for arch in archs[:_LOOKED_AT]:
            _check_neighbors(space, arch)
    with promises.of("mutate"):
        for arch in archs[:_LOOKED_AT]:
            _check_mutation(space, arch, rng)
    with promises.of("crossover"):
        for first, second in itertools.pairwise(archs[:_PAIRS]):
            _check_child(space, first, second, rng)
    with promises.of("crossover of an architecture with itself"):
        same = space.crossover(archs[0], archs[0], rng)
        require(same == archs[0], f"crossover of {archs[0]!r} with itself gave {same!r}")


def _single_changes(space: SearchSpace, arch: Architecture) -> int:
    """How many single changes of an architecture are valid."""
    rows = []
    for position, count in enumerate(space.option_counts.tolist()):
        for option in set(range(count)) - {arch.choices[position]}:
            rows.append((*arch.choices[:position], option, *arch.choices[position + 1 :]))
    return int(space.valid(np.array(rows)).sum()) if rows else 0


def _check_neighbors(space: SearchSpace, arch: Architecture) -> None:
    near = space.neighbors(arch)
    for other in near:
        check_member(space, other, "neighbors")
        changed = _decisions_changed(arch, other)
        require(changed == 1, f"neighbors({arch!r}) gave {other!r}: {changed} decisions changed")
    require(len(set(near)) == len(near), f"neighbors({arch!r}) gave one architecture twice")
    valid = _single_changes(space, arch)
    require(
        len(near) == valid,
        f"neighbors({arch!r}) gave {len(near)} architectures, but {valid} single changes are valid",
    )


def _decisions_changed(arch: Architecture, other: Architecture) -> int:
    return sum(a != b for a, b in zip(arch.choices, other.choices, strict=True))


def _check_mutation(space: SearchSpace, arch: Architecture, rng: np.random.Generator) -> None:
    if space.single_mutations and not _single_changes(space, arch):
        require_error(SettingsError, lambda: space.mutate(arch, rng), "mutate without a neighbor")
        return
    for _ in range(5):
        child = same_twice(rng, "mutate", partial(space.mutate, arch))
        check_member(space, child, "mutate")
        changed = _decisions_changed(arch, child)
        expected = changed == 1 if space.single_mutations else changed >= 1
        require(expected, f"mutate changed {changed} decisions of {arch!r}, expected 1")


def _check_child(
    space: SearchSpace, first: Architecture, second: Architecture, rng: np.random.Generator
) -> None:
    child = same_twice(rng, "crossover", partial(space.crossover, first, second))
    check_member(space, child, "crossover")
    rows = (child.choices, first.choices, second.choices)
    require(
        all(c in both for c, *both in zip(*rows, strict=True)),
        f"crossover of {first!r} and {second!r} gave {child!r}: a decision of neither parent",
    )
