"""Conformance kit for objectives: what a search relies on, checked by measuring a little."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from archscout._common.plain import plain
from archscout.errors import ParseError, kind_of
from archscout.objectives._function import as_objective
from archscout.objectives._objective import Measurement, Objective
from archscout.spaces.base import Architecture, SearchSpace
from archscout.testing._promises import Promises, no_global_randomness, require

_METHODS = ("measure", "pool", "test_value", "within", "identity", "standing", "noise")


def check_objective(
    objective: Objective,
    space: SearchSpace | None = None,
    rng: np.random.Generator | None = None,
    *,
    samples: int = 5,
) -> None:
    """Check that an objective does what a search relies on.

    It must have a name, a unit and a direction; its pool must be valid architectures of the
    space; measuring must give a `Measurement` of a finite number or NaN with a price of 0
    seconds or more, decided by the architecture and the given generator alone; test values
    must be numbers that need no randomness; and what it says of itself for records and reports
    (``within``, ``identity``, ``standing``, ``noise``) must be what it says each time.

    Args:
        objective: what is checked: an `Objective`, or an object of another class that has
            ``measure`` and what it likes of the rest.
        space: the space whose architectures it measures; None for the one it names itself.
        rng: draws the architectures and seeds; None for the same ones each time.
        samples: number of architectures measured, three times each, 2 or more.

    Raises:
        AssertionError: with one sentence for each broken promise.

    Examples:
        >>> from archscout.objectives import FunctionObjective
        >>> from archscout.spaces import load_space
        >>> objective = FunctionObjective(lambda arch: float(sum(arch.choices)), name="sum")
        >>> check_objective(objective, load_space("nasbench201"), np.random.default_rng(0))
    """
    promises = Promises()
    sound = _check_description(objective, promises)
    if sound:
        objective = as_objective(objective)
    space = getattr(objective, "space", None) if space is None else space
    rng = np.random.default_rng(0) if rng is None else rng
    archs: list[Architecture] = []
    with promises.of("the space of the objective"):
        require(space is not None, "the objective names no space of its own: pass the space too")
    if space is not None and sound:
        with promises.of("pool()"):
            archs = _sample(objective, space, rng, samples)
        archs = archs or space.sample(rng, samples)
    seeds = rng.integers(0, 2**32, len(archs)).tolist()
    drawn = "measuring draws from a global random generator: take all randomness from rng"
    with promises.of("measure"), no_global_randomness(drawn, torch=False):
        _check_measures(objective, archs, seeds)
    with promises.of("test_value"), no_global_randomness(drawn, torch=False):
        _check_tests(objective, archs)
    if space is not None and sound:
        _check_reports(objective, space, archs, promises)
    promises.tell()


def _check_measures(objective: Objective, archs: list[Architecture], seeds: list[int]) -> None:
    pairs = list(zip(archs, seeds, strict=True))
    # Order must not matter: a resumed search measures in another process.
    first, again, backwards = (
        [_measure(objective, *pair) for pair in order] for order in (pairs, pairs, pairs[::-1])
    )
    for arch, one, two, three in zip(archs, first, again, backwards[::-1], strict=True):
        require(
            _same(one.value, two.value) and _same(one.value, three.value),
            f"{arch} measured {one.value}, then {two.value} and {three.value} from equal "
            "generators: take all randomness from rng",
        )


def _check_tests(objective: Objective, archs: list[Architecture]) -> None:
    tests = [_test_value(objective, arch) for arch in archs]
    tests_again = [_test_value(objective, arch) for arch in archs]
    for arch, test, test_again in zip(archs, tests, tests_again, strict=True):
        require(
            _same(test, test_again),
            f"the test value of {arch} was {test}, then {test_again}: it may not be random",
        )


def _check_reports(
    objective: Objective, space: SearchSpace, archs: list[Architecture], promises: Promises
) -> None:
    """What goes into records and reports: plain, and the same each time."""
    with promises.of("within"):
        inside: object = objective.within(space)
        require(
            hasattr(inside, "measure"),
            f"within(space) gave {kind_of(inside)}, expected an objective",
        )
    with promises.of("identity"):
        told = objective.identity()
        require(
            isinstance(told, Mapping) and plain(told) == told == objective.identity(),
            f"identity() gave {told!r}, expected the same plain values each time",
        )
    with promises.of("noise"):
        noise = objective.noise()
        require(
            isinstance(noise, Mapping) and all(map(_is_number, noise.values())),
            f"noise() gave {noise!r}, expected numbers by name",
        )
    with promises.of("standing"):
        standing = objective.standing(archs[0])
        require(
            standing is None or 1 <= standing["rank"] <= standing["of"],
            f"standing gave {standing!r}, expected rank and of, or None",
        )


def _check_description(objective: Objective, promises: Promises) -> bool:
    """Whether the methods are there to go on with; what is not there has a default."""
    before = len(promises.broken)
    for name in ("name", "unit"):
        with promises.of(name):
            text = getattr(objective, name, "a default")
            require(isinstance(text, str) and bool(text), f"{name} is {text!r}, expected some text")
    with promises.of("direction"):
        direction = getattr(objective, "direction", Objective.direction)
        require(
            direction in ("maximize", "minimize"),
            f"direction is {direction!r}, expected 'maximize' or 'minimize'",
        )
    for name in _METHODS:
        with promises.of(name):
            default = None if name == "measure" else getattr(Objective, name)
            found = getattr(objective, name, default)
            require(callable(found), f"the method {name} is missing")
    if len(promises.broken) > before:
        return False
    with promises.of("test_value"):
        if hasattr(objective, "test_value"):
            parameters = len(inspect.signature(objective.test_value).parameters)
            require(
                parameters == 1,
                f"test_value takes {parameters} arguments, expected the architecture",
            )
    return len(promises.broken) == before


def _sample(
    objective: Objective, space: SearchSpace, rng: np.random.Generator, samples: int
) -> list[Architecture]:
    pool = objective.pool()
    if pool is None:
        return space.sample(rng, samples)
    require(
        isinstance(pool, np.ndarray) and np.issubdtype(pool.dtype, np.integer),
        f"pool() gave {type(pool).__name__}, expected None or an array of integers",
    )
    require(len(pool) > 0, "pool() is empty, expected at least one architecture")
    try:
        allowed = space.valid(space.as_choices(pool))
    except ParseError as error:
        raise AssertionError(f"pool() holds what is not in the space: {error}") from error
    require(
        bool(allowed.all()),
        f"row {int(np.argmin(allowed))} of pool() is no valid architecture of {space.name!r}",
    )
    again = objective.pool()
    require(
        again is not None and np.array_equal(pool, again), "pool() differs when it is called again"
    )
    return space.architectures(pool[rng.integers(0, len(pool), samples)])


def _measure(objective: Objective, arch: Architecture, seed: int) -> Measurement:
    measured: object = objective.measure(arch, np.random.default_rng(seed))
    if not isinstance(measured, Measurement):
        raise AssertionError(f"measure gave {type(measured).__name__}, expected a Measurement")
    value, seconds = measured.value, measured.seconds
    require(
        _is_number(value) and not math.isinf(value),
        f"{arch} measured {value!r}, expected a finite number, or NaN for a failure",
    )
    require(
        seconds is None or (_is_number(seconds) and 0.0 <= seconds < math.inf),
        f"{arch} cost {seconds!r} seconds, expected a finite number of 0 or more, or None",
    )
    require(
        isinstance(measured.info, Mapping) and all(isinstance(key, str) for key in measured.info),
        f"info of {arch} is {measured.info!r}, expected a mapping from text to plain values",
    )
    return measured


def _test_value(objective: Objective, arch: Architecture) -> float:
    value: Any = objective.test_value(arch)
    require(
        _is_number(value) and not math.isinf(value),
        f"the test value of {arch} is {value!r}, expected a finite number, or NaN if it has none",
    )
    return float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, float | int | np.floating | np.integer)


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
