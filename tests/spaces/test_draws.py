"""Drawing ends, whatever a space forbids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import archscout
from archscout.errors import SettingsError
from archscout.spaces import load_space
from archscout.spaces._draws import gather
from archscout.spaces.base import SearchSpace, Variable


class Rare(SearchSpace):
    """Of ``10 ** positions`` combinations, those whose number is among ``allowed``."""

    name = "rare"

    def __init__(self, positions: int, allowed: list[int]) -> None:
        self.variables = tuple(Variable(f"v{place}", range(10)) for place in range(positions))
        self.allowed = allowed

    def valid(self, archs: Any) -> Any:
        rows = self.as_choices(archs).astype(np.int64)
        return np.isin(rows @ 10 ** np.arange(rows.shape[1])[::-1], self.allowed)


RNG = np.random.default_rng


@pytest.mark.parametrize("positions", [3, 8])
def test_nothing_valid_ends_in_words(positions: int) -> None:
    space = Rare(positions, [])
    for draw in (space.sample, space.sample_choices):
        with pytest.raises(SettingsError, match=r"no architecture at all|allowed 0 of 5"):
            draw(RNG(0), 5)
    with pytest.raises(SettingsError, match=r"holds 0 architectures|no architecture|allowed 0 of"):
        archscout.search(space, lambda arch: 0.0, "random", labels=2)


def test_a_few_valid_ones_are_drawn_from_the_list() -> None:
    space = Rare(5, [7, 4_711, 99_999])
    drawn = space.sample(RNG(0), 300)
    counts = [drawn.count(arch) for arch in space]
    assert len(counts) == 3
    assert sum(counts) == 300
    assert min(counts) > 60


def test_rare_ones_of_a_space_without_a_list_are_found_by_looking_longer() -> None:
    space = Rare(7, list(range(0, 10**7, 5_000)))
    drawn = space.sample_choices(RNG(0), 20)
    assert len(drawn) == 20
    assert space.valid(drawn).all()


def test_draws_of_usual_spaces_are_what_they_were() -> None:
    rows = archscout.load_space("nasbench201").sample_choices(RNG(0), 3)
    assert rows.tolist() == RNG(0).integers(0, 5, (3, 6)).tolist()


@pytest.mark.parametrize("strategy", ["evolution", "local", "random"])
def test_architectures_without_neighbours_are_searched(strategy: str) -> None:
    # No single change of one of these is another one.
    space = Rare(3, [0, 11, 22, 303, 404, 550, 661, 772])
    settings = {"population": 3, "sample": 2} if strategy == "evolution" else {}
    found = archscout.search(
        space, lambda arch: sum(arch.choices), strategy, labels=8, settings=settings
    )
    assert len({label.architecture for label in found.labels}) == 8


def test_only_rounds_in_a_row_that_find_nothing_end_the_search() -> None:
    space, calls = load_space("nasbench201"), list[int]()

    def every_other(missing: int) -> NDArray[np.int8]:
        calls.append(missing)
        return np.zeros((len(calls) % 2, 6), dtype=np.int8)

    assert len(gather(space, every_other, 5, empty=2)) == 5
    assert calls == [5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert len(gather(space, lambda _: np.zeros((0, 6), dtype=np.int8), 5, empty=2)) == 0
    assert len(gather(space, lambda _: np.zeros((9, 6), dtype=np.int8), 5, empty=2)) == 5
