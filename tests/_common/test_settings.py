"""Ranges declared once a class: what is taken, what is refused, and in which words."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from archscout._common.settings import Flag, Number, Whole, settings
from archscout.errors import SettingsError, UnknownNameError


@settings
class Inner:
    """Settings within settings."""

    size: Annotated[Whole, Field(ge=1)] = 1


@settings
class Sample:
    """One of each kind."""

    rounds: Annotated[Whole, Field(ge=1, le=2**31)] = 3
    share: Annotated[Number, Field(ge=0, lt=1)] = 0.5
    rate: Annotated[Number, Field(gt=0)] = 1.0
    part: Annotated[Number, Field(gt=0, lt=1)] = 0.5
    most: Annotated[Number, Field(gt=0, le=1)] = 0.5
    some: Literal[0] | Annotated[Whole, Field(ge=4, description="0 for none")] = 0
    crop: Annotated[Whole, Field(ge=0, le=8)] | None = None
    shuffle: Flag = True
    mode: Literal["fast", "slow"] = "fast"
    name: str = ""
    inner: Inner | None = None
    others: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.crop == self.rounds:
            raise SettingsError("got crop as large as rounds, expected less")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rounds": 0}, "got rounds=0, expected a whole number of 1 or more"),
        ({"rounds": True}, "got rounds=True, expected a whole number of 1 or more"),
        ({"rounds": "3"}, "got rounds='3', expected a whole number of 1 or more"),
        ({"rounds": 2.0}, "got rounds=2.0, expected a whole number of 1 or more"),
        ({"rounds": None}, "got rounds=None, expected a whole number of 1 or more"),
        ({"rounds": 2**40}, "got rounds=1099511627776, expected a whole number of at most "
                            "2,147,483,648"),
        ({"share": 1}, "got share=1, expected a number from 0 to below 1"),
        ({"share": float("nan")}, "got share=nan, expected a number from 0 to below 1"),
        ({"rate": float("inf")}, "got rate=inf, expected a number above 0"),
        ({"rate": False}, "got rate=False, expected a number above 0"),
        ({"part": 1}, "got part=1, expected a number between 0 and 1"),
        ({"most": 0}, "got most=0, expected a number above 0, at most 1"),
        ({"some": 3}, "got some=3, expected 0 or a whole number of 4 or more: 0 for none"),
        ({"crop": 9}, "got crop=9, expected a whole number from 0 to 8 or None"),
        ({"shuffle": 1}, "got shuffle=1, expected True or False"),
        ({"mode": 3}, "got mode=3, expected fast or slow"),
        ({"name": 3}, "got name=3, expected a text"),
        ({"inner": {"size": 2}}, "got inner=a dict, expected an instance of Inner or None"),
        ({"others": 3}, "got others=3, expected an instance of Mapping"),
        ({"crop": 3}, "got crop as large as rounds, expected less"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_one_sentence(values: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Sample(**values)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [({"mode": "fats"}, "no mode is named 'fats': did you mean 'fast'?"),
     ({"round": 3}, "no setting of Sample is named 'round': did you mean 'rounds'?")],
)  # fmt: skip
def test_names_that_are_none_get_the_nearest(values: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Sample(**values)
    assert str(caught.value).startswith(words)


def test_too_many_values_are_refused() -> None:
    with pytest.raises(SettingsError, match="Inner takes 1 settings: name them"):
        Inner(1, 2)  # type: ignore[call-arg]


@given(st.sampled_from([np.int8, np.uint16, np.int64]), st.integers(1, 100), st.floats(0, 0.875))
def test_numbers_of_numpy_are_read_as_those_of_python(
    kind: type, rounds: int, share: float
) -> None:
    found = Sample(rounds=kind(rounds), share=np.float64(share), shuffle=np.bool_(False))
    assert found == Sample(rounds, share, shuffle=False)
    assert [type(found.rounds), type(found.share), type(found.shuffle)] == [int, float, bool]


def test_they_are_frozen_values() -> None:
    made = Sample(inner=Inner(2))
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.rounds = 4  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(made)) == made
    assert dataclasses.replace(made, rounds=4).inner == Inner(2)
    with pytest.raises(SettingsError, match="rounds=0"):
        dataclasses.replace(made, rounds=0)


def test_only_settings_load_pydantic() -> None:
    code = "import sys, archscout, archscout.training, archscout.strategies as s; s.STRATEGIES;"
    done = subprocess.run(
        [sys.executable, "-c", f"{code} sys.exit('pydantic' in sys.modules)"], check=False
    )
    assert done.returncode == 0
