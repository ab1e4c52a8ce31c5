"""The kit must catch objectives that are broken in one way each."""

import itertools
import math
import random

import numpy as np
import pytest

from archscout.objectives._function import FunctionObjective
from archscout.objectives._objective import Measurement, Objective
from archscout.testing._toy import ToySpace
from archscout.testing.objectives import check_objective

SPACE = ToySpace()
CALLS = itertools.count()


class Good:
    """An objective with noise, a pool, a price, failures and test values."""

    name = "good"
    unit = "points"
    direction = "maximize"

    def measure(self, arch, rng):
        value = math.nan if arch.choices[1] == 0 else sum(arch.choices) + rng.normal()
        return Measurement(value, 2.0, {"seen": True})

    def pool(self):
        return SPACE.all_choices()[:30]

    def test_value(self, arch):
        return float(arch.choices[0])


def check(objective):
    check_objective(objective, SPACE, np.random.default_rng(0))


def test_good_ones_pass():
    check(Good())
    check(FunctionObjective(lambda arch: sum(arch.choices)))
    own = Good()
    own.space = SPACE
    check_objective(own)


class Least:
    """Of no class of ours, and only what no default can stand for."""

    def measure(self, arch, rng):
        return Measurement(float(sum(arch.choices)))


class LeastOfOurs(Objective):
    def measure(self, arch, rng):
        return Measurement(float(sum(arch.choices)))


def test_only_measuring_is_asked_for():
    check(Least())
    check(LeastOfOurs())


def test_without_any_space_it_asks_for_one():
    with pytest.raises(AssertionError, match="pass the space too"):
        check_objective(Good())


class Unrepeatable(Good):
    def __init__(self):
        self.calls = 0

    def measure(self, arch, rng):
        self.calls += 1
        return Measurement(float(self.calls))


class RandomTest(Good):
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def test_value(self, arch):
        return float(self.rng.normal())


def returning(value):
    return type("Returning", (Good,), {"measure": lambda self, arch, rng: value})


def having(**attributes):
    return type("Having", (Good,), attributes)


def draw_numpy(self, arch, rng):
    return Measurement(0.0 * np.random.random())  # noqa: NPY002


def draw_python(self, arch, rng):
    return Measurement(0.0 * random.random())


def outside(self):
    return np.array([[9, 0, 0, 0]])


def forbidden(self):
    return np.array([[1, 0, 0, 0], [0, 0, 0, 1]])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (Unrepeatable, "take all randomness from rng"),
        (RandomTest, "may not be random"),
        (returning(0.5), "gave float, expected a Measurement"),
        (returning(None), "gave NoneType, expected a Measurement"),
        (returning(Measurement(math.inf)), "measured inf, expected a finite"),
        (returning(Measurement("0.5")), "measured '0.5'"),
        (returning(Measurement(1.0, -1.0)), "cost -1.0 seconds"),
        (returning(Measurement(1.0, math.nan)), "cost nan seconds"),
        (returning(Measurement(1.0, 0.0, {1: 2})), "expected a mapping from text"),
        (having(measure=draw_numpy), "draws from a global random generator"),
        (having(measure=draw_python), "draws from a global random generator"),
        (having(name=""), "name is ''"),
        (having(unit=None), "unit is None"),
        (having(direction="up"), "direction is 'up'"),
        (having(test_value=None), "method test_value is missing"),
        (having(test_value=lambda self, arch: math.inf), "test value of .* is inf"),
        (having(test_value=lambda self, arch: "1"), "test value of .* is '1'"),
        (having(test_value=lambda self, arch, rng: 1.0), "test_value takes 2 arguments"),
        (having(pool=outside), "holds what is not in the space"),
        (having(pool=forbidden), "row 1 of pool.. is no valid architecture"),
        (having(pool=lambda self: np.zeros((0, 4), int)), "is empty"),
        (having(pool=lambda self: [(1, 0, 0, 0)]), "gave list, expected None or an array"),
        (
            having(pool=lambda self: SPACE.all_choices()[[next(CALLS) % 30]]),
            "differs when it is called again",
        ),
        (having(within=lambda self, space: None), "within.space. gave None"),
        (having(identity=lambda self: {"data": math.nan}), "identity.. gave .*plain values"),
        (having(identity=lambda self: {"data": next(CALLS)}), "same plain values each time"),
        (having(noise=lambda self: {"run_std": "small"}), "noise.. gave .*numbers by name"),
        (having(standing=lambda self, arch: {"rank": 3, "of": 2}), "expected rank and of"),
        (having(standing=lambda self, arch: {"rank": 3}), "standing"),
    ],
)
def test_broken_ones_are_caught(broken, words):
    with pytest.raises(AssertionError, match=words):
        check(broken())
