"""Which architectures have chosen nothing that learns, over every space."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.proxies import live_params
from archscout.spaces import SPACES, load_space
from archscout.spaces._hollow import hollow
from archscout.spaces.base import SearchSpace
from archscout.spaces.limits._limit import Limit
from archscout.testing._toy import ToySpace


def test_nasbench201_agrees_with_its_live_parameters_everywhere() -> None:
    space = load_space("nasbench201")
    choices = space.all_choices()[::7]
    without = live_params(space, space.parse_many(["000000"]))[0]
    said = [bool(hollow(space, arch)) for arch in space.architectures(choices)]
    assert said == (live_params(space, choices) == without).tolist()
    assert any(said)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("nasbench201", "000000", "no path"),
        ("nasbench201", "330000", "no path"),
        ("nasbench201", "111411", "none of its operations"),
        ("nasbench201", "000400", "none of its operations"),
        ("nasbench201", "300100", "none of its operations"),
        ("nasbench201", "100300", ""),
        ("nasbench101", "1:", "none of its operations"),
        ("nasbench101", "5:mp", "none of its operations"),
        ("nasbench101", "5:c3", ""),
        ("nasbench-macro", "00000000", "none of its operations"),
        ("nasbench-macro", "00000001", ""),
        ("mobilenet", " ".join(["1"] + ["7", "7", "7", "1"] * 5), ""),
    ],
)
def test_what_has_no_weights_is_told(name: str, text: str, words: str) -> None:
    space = load_space(name)
    said = hollow(space, space.parse(text))
    assert said.startswith(words)
    assert bool(said) == bool(words)


def test_darts_cells_of_pooling_and_skips_are_told() -> None:
    space = load_space("darts")
    operations = [i for i, v in enumerate(space.variables) if "skip_connect" in v.options]
    row = np.zeros((1, len(space.variables)), dtype=np.int8)
    row[0, operations] = 2
    assert hollow(space, space.architectures(row)[0]).startswith("none of its operations")
    row[0, operations[-1]] = 3
    assert not hollow(space, space.architectures(row)[0])


@pytest.mark.parametrize("name", SPACES.names())
def test_every_space_that_comes_with_archscout_can_tell(name: str) -> None:
    space = load_space(name)
    known: set[str] = set()
    if "graph" in space.encodings:
        known.update(space.encode(space.sample(np.random.default_rng(0), 1), "graph").vocabulary)
    known.update(option for variable in space.variables for option in variable.options)
    assert space.learnable <= known  # type: ignore[attr-defined]


def test_nothing_is_said_where_the_space_cannot_tell() -> None:
    space: SearchSpace = ToySpace()
    assert not hollow(space, next(iter(space)))


def test_limits_change_nothing() -> None:
    space = load_space("nasbench201").within(Limit("macs", most=60e6))
    assert hollow(space, space.parse("111111"))
