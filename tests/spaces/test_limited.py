"""The space within limits: it keeps the promises of a space, and never leaves the limits."""

from __future__ import annotations

import copy
import itertools
import pickle
from typing import Any

import numpy as np
import pytest

from archscout.errors import ParseError, SettingsError
from archscout.spaces import DARTS, MobileNet, NASBenchMacro, load_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.spaces.limits._limit import Limit
from archscout.testing import check_space
from archscout.testing._toy import ToySpace

MACRO = NASBenchMacro()
SPACES: dict[str, tuple[SearchSpace, list[Limit]]] = {
    "cells": (load_space("nasbench201"), [Limit("macs", most=50e6)]),
    "macro": (MACRO, [Limit("macs", most=60e6), Limit("params", least=5e5)]),
    # Here no single change of any architecture stays inside.
    "macro-band": (MACRO, [Limit("macs", most=60e6, least=59.5e6)]),
    "mobilenet": (MobileNet(), [Limit("macs", most=475e6)]),
    "darts": (DARTS(), [Limit("macs", most=450e6), Limit("params", most=4e6)]),
    "toy": (ToySpace(), [Limit("params", most=8, least=3)]),
}


@pytest.fixture(params=SPACES, ids=str)
def space(request: pytest.FixtureRequest) -> SearchSpace:
    return SPACES[request.param][0].within(SPACES[request.param][1])


@pytest.mark.slow
def test_it_keeps_the_promises_of_a_space(space: SearchSpace) -> None:
    check_space(space, np.random.default_rng(0), samples=8)


@pytest.mark.slow
def test_nothing_that_it_gives_is_outside(space: SearchSpace) -> None:
    rng = np.random.default_rng(1)
    archs = space.sample(rng, 30)
    for first, second in itertools.pairwise(archs):
        archs = [*archs, space.mutate(first, rng), space.crossover(first, second, rng)]
    archs += space.neighbors(archs[0])
    for limit in space.limits:
        costs = limit.costs(space, archs)
        assert ((costs >= limit.least) & (costs <= limit.most)).all()


def test_a_listed_space_lists_what_is_inside() -> None:
    space = MACRO.within(Limit("macs", most=60e6))
    inside = MACRO.all_choices()[MACRO.macs_table(MACRO.all_choices()) <= 60e6]
    assert np.array_equal(space.all_choices(), inside)
    assert len(space) == len(inside) == 4075
    with pytest.raises(TypeError, match="too large to be listed"):
        len(MobileNet().within(Limit("macs", most=475e6)))


@pytest.mark.parametrize(("most", "different"), [(475e6, 1990), (200e6, 900)])
def test_a_rare_part_of_a_space_that_cannot_be_listed_is_drawn(most: float, different: int) -> None:
    space = MobileNet().within(Limit("macs", most=most))
    assert space.uniform
    rows = space.sample_choices(np.random.default_rng(0), 2000)
    assert len(rows) == 2000
    assert MobileNet().macs_table(rows).max() <= most
    assert len(np.unique(rows, axis=0)) >= different


@pytest.mark.slow
def test_draws_agree_with_rejection() -> None:
    rng = np.random.default_rng(0)
    space = MobileNet().within(Limit("macs", most=475e6))
    ours = space.sample_choices(rng, 4000)
    drawn = MobileNet().sample_choices(rng, 300_000)
    theirs = drawn[MobileNet().macs_table(drawn) <= 475e6]
    for option in range(7):
        shares = (ours == option).mean(axis=0), (theirs == option).mean(axis=0)
        assert np.abs(shares[0] - shares[1]).max() < 5 * 0.5 / len(theirs) ** 0.5


def test_a_cost_that_does_not_add_up_is_repaired_and_said_to_be() -> None:
    def measure(rows: np.ndarray) -> np.ndarray:
        return np.asarray((rows != 6).sum(axis=1) ** 1.5)

    space = MobileNet().within(Limit("latency", most=9**1.5, measure=measure))
    assert not space.uniform
    rows = space.sample_choices(np.random.default_rng(0), 300)
    assert len(rows) == 300
    assert measure(rows).max() <= 9**1.5
    assert len(np.unique(rows, axis=0)) == 300


@pytest.mark.slow
@pytest.mark.parametrize(
    ("space", "limits", "words"),
    [
        (MACRO, [Limit("macs", most=5e6)], "have 7,713,280 to 105,660,928 MACs, so allow at least"),
        (MACRO, [Limit("params", least=9e9)], "so allow at most 2,932,586"),
        (MACRO, [Limit("macs", most=60.002e6, least=60.001e6)], "none of them keeps this"),
        (MobileNet(), [Limit("macs", most=60e6)], "allow at least 182,479,200"),
        (MobileNet(), [Limit("macs", most=200e6), Limit("params", least=8e6)], "none of them"),
        (DARTS(), [Limit("macs", most=200e6)], "265,396,224 to 786,674,688 MACs"),
    ],
)
def test_an_unreachable_limit_says_what_is_feasible(
    space: SearchSpace, limits: list[Limit], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        space.within(limits)


@pytest.mark.slow
@pytest.mark.parametrize("space", [MACRO, MobileNet(), DARTS()], ids=lambda space: space.name)
def test_the_feasible_ends_that_the_error_names_are_feasible(space: SearchSpace) -> None:
    with pytest.raises(SettingsError) as caught:
        space.within(Limit("macs", most=1e6))
    least = float(str(caught.value).rpartition(" ")[2].replace(",", ""))
    found = space.within(Limit("macs", most=least))
    assert space.macs(found.sample(np.random.default_rng(0), 1)[0]) == least


def test_texts_and_tokens_outside_are_refused() -> None:
    space = MACRO.within(Limit("macs", most=60e6))
    largest = MACRO.parse("22222222")
    with pytest.raises(ParseError, match=r"105\.661M MACs, expected at most 60M MACs"):
        space.parse("22222222")
    assert space.format(largest) == "22222222"
    assert largest not in space
    tokens = MACRO.encode([largest, MACRO.parse("11110000")], "tokens")
    choices, valid = space.decode(tokens)
    assert valid.tolist() == [False, True]
    assert not choices[0].any()


def test_the_rest_is_that_of_the_space() -> None:
    darts = DARTS().within(Limit("macs", most=600e6))
    archs = darts.sample(np.random.default_rng(0), 3)
    assert np.array_equal(darts.edges(archs), DARTS().edges(archs))
    assert darts.macs(archs[0], "cifar") == DARTS().macs(archs[0], "cifar")
    with pytest.raises(AttributeError):
        darts.no_such_thing  # noqa: B018
    again = copy.deepcopy(darts)
    assert again.limits == darts.limits
    assert again.sample(np.random.default_rng(0), 3) == archs


def test_limits_of_a_limited_space_are_added() -> None:
    first, second = Limit("macs", most=60e6), Limit("params", least=5e5)
    both = MACRO.within(first).within(second)
    assert both.limits == (first, second)
    assert len(both) == len(MACRO.within([first, second]))
    with pytest.raises(SettingsError, match="at least one Limit"):
        MACRO.within([])


def test_twins_of_nasbench101_keep_a_limit_together() -> None:
    cells = load_space("nasbench101")
    space = cells.within(Limit("params", most=2e6))
    rng = np.random.default_rng(0)
    rows = cells.sample_written(rng, 200)
    assert np.array_equal(space.valid(rows), space.valid(cells.representatives(rows)))
    assert 0 < space.valid(rows).sum() < len(rows)
    arch = space.sample(rng, 1)[0]
    assert space.mutate(arch, rng) in space


class Mine(NASBenchMacro):
    """A class of a user's own: state, a method of its own, and public methods written anew."""

    def __init__(self, start: str = "1") -> None:
        self.start = start

    def valid(self, archs: Any) -> Any:
        return super().valid(archs) & (self.as_choices(archs)[:, 0] == int(self.start))

    def all_choices(self) -> Any:
        rows = super().all_choices()
        return rows[self.valid(rows)]

    def __len__(self) -> int:
        return len(self.all_choices())

    def sample_choices(self, rng: np.random.Generator, n: int) -> Any:
        return self.all_choices()[rng.integers(len(self), size=n)]

    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        return self.sample(rng, 1)[0]

    def largest(self) -> int:
        return int(self.macs_table(self.all_choices()).max())


def test_a_space_of_ones_own_stays_of_its_kind_and_is_limited_whatever_it_overrides() -> None:
    space = Mine().within(Limit("macs", most=40e6))
    assert isinstance(space, Mine)
    assert isinstance(space, NASBenchMacro)
    assert space.start == "1"
    assert space.largest() == Mine().largest() > 40e6  # A method of its own asks the whole space.
    assert space.cost_groups is None
    assert repr(space) == "Mine() within at most 40M MACs"
    rng = np.random.default_rng(0)
    archs = space.sample(rng, 50) + list(space)[:50]
    archs += [space.mutate(arch, rng) for arch in archs[:20]]
    archs += [space.crossover(*archs[i : i + 2], rng) for i in range(20)]
    archs += space.neighbors(archs[0])
    assert max(map(space.macs, archs)) <= 40e6
    assert {arch.choices[0] for arch in archs} == {1}
    assert all(arch in space for arch in archs)
    assert len(space) < len(Mine())


def test_a_limited_space_travels() -> None:
    for whole, limits in (
        (load_space("nasbench201"), [Limit("macs", most=50e6)]),
        (DARTS(), [Limit("macs", most=450e6), Limit("params", most=4e6)]),
    ):
        space = whole.within(limits)
        for again in (pickle.loads(pickle.dumps(space)), copy.copy(space), copy.deepcopy(space)):
            assert isinstance(again, type(whole))
            assert (repr(again), again.limits) == (repr(space), space.limits)
            first, other = (
                one.sample_choices(np.random.default_rng(0), 5) for one in (space, again)
            )
            assert np.array_equal(first, other)


def test_places_are_those_of_the_limited_list() -> None:
    for whole, limit in ((MACRO, Limit("macs", most=60e6)), (ToySpace(), Limit("params", most=8))):
        space = whole.within(limit)
        assert space.indices(space.all_choices()).tolist() == list(range(len(space)))
        outside = whole.all_choices()[~space.valid(whole.all_choices())][:1]
        with pytest.raises(ParseError, match=r"not among the architectures of .* within at most"):
            space.indices(outside)
    cells = load_space("nasbench201")
    small = cells.within(Limit("macs", most=50e6))
    assert small.indices(small.all_choices()[[100]]).tolist() == [100]
    # What the space looks up by places of its own list is not mistaken.
    rows = small.all_choices()[::500]
    assert np.array_equal(small.canonical_ids(rows), cells.canonical_ids(rows))
    texts = [cells.format(arch) for arch in cells.architectures(rows)]
    assert np.array_equal(small.parse_many(texts), rows)


def test_a_child_outside_takes_just_as_much_of_the_first_parent_as_it_needs() -> None:
    class Fixed(ToySpace):
        def crossover(
            self, first: Architecture, second: Architecture, rng: np.random.Generator
        ) -> Architecture:
            return second

    # Costs are 1 + the sum of the choices: 11 outside, 2 for the first parent.
    space = Fixed().within(Limit("params", most=6))
    first, second = space.architectures(np.array([[1, 0, 0, 0], [3, 2, 4, 1]]))
    children = {space.crossover(first, second, np.random.default_rng(seed)) for seed in range(40)}
    assert first not in children
    assert len(children) > 2
    for child in children:
        taken = [i for i in range(4) if child.choices[i] == first.choices[i]]
        assert child in space
        # With one decision less of the first parent it would have been outside.
        back = np.array([child.choices] * len(taken))
        back[np.arange(len(taken)), taken] = np.array(second.choices)[taken]
        assert not space.valid(back).all()


def test_a_limit_on_what_is_not_counted_says_what_is_missing() -> None:
    class Bare(SearchSpace):
        name = "bare"
        variables = ToySpace.variables

    with pytest.raises(SettingsError, match=r"write the method macs\(arch\)"):
        Bare().within(Limit("macs", most=1e6))
