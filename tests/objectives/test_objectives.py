import math
from dataclasses import dataclass

import numpy as np
import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.objectives._function import FunctionObjective, as_objective
from archscout.objectives._label import Label
from archscout.objectives._objective import Measurement, Objective, as_number
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ARCH = SPACE.parse("depth=2,kernel=5,width=8,skip=no")
RNG = np.random.default_rng(0)


def test_a_function_becomes_an_objective():
    def total(arch):
        return sum(arch.choices)

    objective = as_objective(total)
    assert (objective.name, objective.direction) == ("total", "maximize")
    assert objective.measure(ARCH, RNG) == Measurement(3.0)
    assert objective.pool() is None
    assert np.isnan(objective.test_value(ARCH))
    assert as_objective(objective) is objective


def test_a_function_may_give_a_whole_measurement():
    objective = FunctionObjective(lambda arch: Measurement(1.0, 5.0, {"a": 1}))
    assert objective.measure(ARCH, RNG).seconds == 5.0


@pytest.mark.parametrize("wrong", [3, "accuracy", None, FunctionObjective])
def test_what_is_no_objective_is_refused(wrong):
    with pytest.raises(SettingsError, match="expected an objective"):
        as_objective(wrong)


def test_what_would_never_run_is_refused_before_labels_are_bought():
    async def trained(arch):
        return 1.0

    def yielding(arch):
        yield 1.0

    for wrong, why in ((trained, "nobody awaits"), (yielding, "it yields")):
        with pytest.raises(SettingsError, match=why):
            as_objective(wrong)


def test_a_direction_must_be_known():
    with pytest.raises(UnknownNameError, match="did you mean 'minimize'"):
        FunctionObjective(len, direction="minimise")


@pytest.mark.parametrize(
    "number", [1, 1.0, True, np.float32(1), np.int64(1), np.array([[1.0]])[0, 0]]
)
def test_numbers(number):
    assert as_number(number) == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        "1.0",
        b"1",
        None,
        1j,
        [1.0],
        np.zeros(2),
        {},
        10**400,
        np.ma.masked,
        np.ma.array([1.0], mask=1),
    ],
)
def test_what_is_no_number(wrong):
    with pytest.raises(TypeError, match="measured"):
        as_number(wrong)


def test_a_label_in_plain_values():
    label = Label(3, ARCH, float("nan"), 2.0, "ValueError: no", {"round": 1})
    assert label.failed
    assert label.to_dict(SPACE) == {
        "number": 3,
        "architecture": "depth=2,kernel=5,width=8,skip=no",
        "value": None,
        "seconds": 2.0,
        "error": "ValueError: no",
        "info": {"round": 1},
    }


# --- what a class or an object leaves out --------------------------------------------------------
class Mine(Objective):
    def measure(self, arch, rng):
        return Measurement(1.0)


class Foreign:
    def measure(self, arch, rng):
        return Measurement(1.0)


@pytest.mark.parametrize("made", [Mine, Foreign])
def test_only_measure_has_to_be_written(made):
    objective = as_objective(made())
    assert (objective.name, objective.unit, objective.direction) == (
        made.__name__,
        "score",
        "maximize",
    )
    assert objective.measure(ARCH, RNG) == Measurement(1.0)
    assert objective.pool() is None
    assert objective.within(SPACE) is objective
    assert (objective.identity(), objective.standing(ARCH), objective.noise()) == ({}, None, {})
    assert math.isnan(objective.test_value(ARCH))


def test_an_objective_without_measure_cannot_be_made():
    with pytest.raises(TypeError, match="measure"):
        Objective()


def test_what_an_object_of_another_class_has_is_asked():
    class Full(Foreign):
        name, unit, direction, space = "full", "ms", "minimize", "nasbench201"

        def pool(self):
            return SPACE.all_choices()[:2]

        def identity(self):
            return {"images": 7}

        def standing(self, arch):
            return {"rank": 1, "of": 2}

        def noise(self):
            return {"run_std": 0.5}

        def test_value(self, arch):
            return 9.0

    objective = as_objective(Full())
    assert (objective.name, objective.unit, objective.direction) == ("full", "ms", "minimize")
    assert len(objective.pool()) == 2
    assert objective.identity() == {"images": 7}
    assert objective.standing(ARCH) == {"rank": 1, "of": 2}
    assert objective.noise() == {"run_std": 0.5}
    assert objective.test_value(ARCH) == 9.0
    with pytest.raises(SettingsError, match="of space 'nasbench201' for space 'toy'"):
        objective.within(SPACE)


def test_a_name_is_that_of_the_class_that_has_none_of_its_own():
    class Named(Mine):
        name = "named"

    class Derived(Named):
        pass

    @dataclass
    class Described(Objective):
        name: str
        epochs: int

        def measure(self, arch, rng):
            return Measurement(1.0)

    assert (Mine.name, Derived.name) == ("Mine", "named")
    assert Described("told", 3).name == "told"
