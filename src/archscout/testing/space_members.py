"""What every architecture that a space gives must be; parts of the space kit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from archscout.spaces.base import Architecture, SearchSpace
from archscout.testing.require import require

Drawn = TypeVar("Drawn")


def check_member(space: SearchSpace, arch: object, origin: str) -> None:
    """Check that what ``origin`` gave is a valid architecture of the space.

    Raises:
        AssertionError: if it is not.
    """
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
    """What ``draw`` gives; it must be the same from equal generators.

    Raises:
        AssertionError: if it is not.
    """
    seed = int(rng.integers(2**32))
    first, second = draw(np.random.default_rng(seed)), draw(np.random.default_rng(seed))
    require(first == second, f"{name} gave two results from the same generator state")
    return first
