import numpy as np
import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.objectives.objective import (
    FunctionObjective,
    Label,
    Measurement,
    as_number,
    as_objective,
)
from archscout.testing.toy import ToySpace

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
