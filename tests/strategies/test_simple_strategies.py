"""Random search, evolution and local search: each does what its paper says."""

from __future__ import annotations

import math
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces import load_space
from archscout.spaces.base import Architecture
from archscout.strategies.base import Strategy
from archscout.strategies.evolution import Evolution
from archscout.strategies.local_search import LocalSearch
from archscout.strategies.random_search import RandomSearch
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
CELLS = load_space("nasbench201")


def total(arch: Architecture) -> float:
    return float(sum(arch.choices))


def run(strategy: Strategy, labels: int) -> list[Architecture]:
    asked: list[Architecture] = []
    while len(asked) < labels and (fresh := strategy.ask()):
        asked += fresh
        strategy.tell(fresh, [total(arch) for arch in fresh])
    return asked


def distance(first: Architecture, second: Architecture) -> int:
    return sum(a != b for a, b in zip(first.choices, second.choices, strict=True))


# --- random -----------------------------------------------------------------------------------
@pytest.mark.slow
def test_random_is_uniform() -> None:
    first = Counter(
        RandomSearch(SPACE, np.random.default_rng(seed)).ask()[0] for seed in range(3150)
    )
    counts = np.array([first[arch] for arch in SPACE])
    # Chi-square with 104 degrees of freedom: mean 104, standard deviation 14.4.
    assert ((counts - 30) ** 2 / 30).sum() < 104 + 5 * 14.4


def test_random_covers_a_pool_once() -> None:
    pool = CELLS.all_choices()[:500]
    asked = run(RandomSearch(CELLS, np.random.default_rng(0), pool=pool), 600)
    assert sorted(asked) == sorted(CELLS.architectures(pool))


# --- evolution --------------------------------------------------------------------------------
def test_with_no_more_labels_than_its_population_it_is_random_search() -> None:
    strategy = Evolution(CELLS, np.random.default_rng(0))
    assert strategy.minimum_labels == 1
    asked = run(strategy, 51)
    assert [strategy.notes(arch)["origin"] for arch in asked] == ["first"] * 50 + ["mutation"]


def test_children_differ_from_a_living_parent_in_one_decision() -> None:
    strategy = Evolution(CELLS, np.random.default_rng(0), population=12, sample=4)
    asked: list[Architecture] = []
    for number in range(150):
        alive = asked[-12:]
        fresh = strategy.ask()
        origin = strategy.notes(fresh[0])["origin"]
        if number < 12:
            assert origin == "first"
        else:
            assert origin == "mutation"
            assert any(distance(fresh[0], parent) == 1 for parent in alive)
        asked += fresh
        strategy.tell(fresh, [total(arch) for arch in fresh])
    assert len(set(asked)) == 150


def test_the_oldest_dies_however_good_it_was() -> None:
    strategy = Evolution(CELLS, np.random.default_rng(1), population=5, sample=50)
    best = Architecture("nasbench201", (4, 4, 4, 4, 4, 4))
    strategy.tell([best], [1e9])
    others = run(strategy, 4)
    child = strategy.ask()[0]
    assert distance(child, best) == 1, "the best of the population was not the parent"
    strategy.tell([child], [0.0])
    later = strategy.ask()[0]
    assert distance(later, max(others, key=total)) == 1, "the oldest is still alive"


def test_failed_children_die_at_once() -> None:
    strategy = Evolution(CELLS, np.random.default_rng(2), population=3, sample=30)
    parents = run(strategy, 3)
    for _ in range(20):
        fresh = strategy.ask()
        assert distance(fresh[0], max(parents, key=total)) == 1
        strategy.tell(fresh, [math.nan])


def test_selection_beats_random_search() -> None:
    evolved = run(Evolution(CELLS, np.random.default_rng(0), population=20, sample=5), 200)
    drawn = run(RandomSearch(CELLS, np.random.default_rng(0)), 200)
    mean = np.mean([total(arch) for arch in drawn])
    assert np.mean([total(arch) for arch in evolved[150:]]) > mean + 3


def test_where_no_child_is_new_one_is_drawn_at_random() -> None:
    pool = SPACE.all_choices()[::17]
    strategy = Evolution(SPACE, np.random.default_rng(0), pool=pool, population=3, retries=2)
    origins = [strategy.notes(arch)["origin"] for arch in run(strategy, 50)]
    assert len(origins) == len(pool)
    assert "random" in origins


@pytest.mark.parametrize(
    "settings", [{"population": 1}, {"sample": 0}, {"retries": -1}, {"population": -5}]
)
def test_settings_out_of_range(settings: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match=f"{next(iter(settings))}="):
        Evolution(SPACE, np.random.default_rng(0), **settings)


# --- local search -----------------------------------------------------------------------------
def known_ascents(start: Architecture, tried: set[Architecture]) -> set[Architecture]:
    """Everything that can be reached from ``start`` by steps to better, tried neighbours."""
    reached, border = {start}, [start]
    while border:
        here = border.pop()
        better = {near for near in CELLS.neighbors(here) if total(near) > total(here)}
        border += (better & tried) - reached
        reached |= better & tried
    return reached


def test_it_moves_to_the_first_better_neighbour_and_restarts_on_a_hill_top() -> None:
    strategy = LocalSearch(CELLS, np.random.default_rng(0))
    here: Architecture | None = None
    tried: set[Architecture] = set()
    starts = moves = 0
    for _ in range(300):
        before = here
        arch = strategy.ask()[0]
        if strategy.notes(arch)["origin"] == "start":
            starts += 1
            if before is not None:
                # What is known from earlier climbs may have led it further up meanwhile.
                tops = [
                    arch
                    for arch in known_ascents(before, tried)
                    if all(near in tried for near in CELLS.neighbors(arch))
                    and all(total(near) <= total(arch) for near in CELLS.neighbors(arch))
                ]
                assert tops, "it restarted although a neighbour was untried or better"
        else:
            here = strategy._here
            assert here is not None
            assert distance(arch, here) == 1
        tried.add(arch)
        strategy.tell([arch], [total(arch)])
        here = strategy._here
        if before is not None and here == arch and total(arch) > total(before):
            moves += 1
    assert starts >= 2
    assert moves > 10
    assert len(tried) == 300


def test_on_a_plain_it_stays_where_it_started_until_all_neighbours_are_tried() -> None:
    strategy = LocalSearch(CELLS, np.random.default_rng(0))
    start = strategy.ask()[0]
    strategy.tell([start], [1.0])
    for _ in CELLS.neighbors(start):
        near = strategy.ask()[0]
        assert distance(near, start) == 1
        strategy.tell([near], [1.0])
    assert strategy.notes(strategy.ask()[0])["origin"] == "start"


def test_known_better_neighbours_are_used_without_measuring() -> None:
    strategy = LocalSearch(CELLS, np.random.default_rng(0))
    start, top = (
        Architecture("nasbench201", (3, 4, 4, 4, 4, 4)),
        Architecture("nasbench201", (4, 4, 4, 4, 4, 4)),
    )
    strategy.tell([top, start], [1e9, 1.0])
    asked = run(strategy, 24)
    assert all(distance(arch, top) == 1 for arch in asked[:23])
    assert strategy.notes(asked[23])["origin"] == "start"
    assert not {start, top} & set(asked)


def test_a_failed_start_and_failed_neighbours_do_not_stop_it() -> None:
    strategy = LocalSearch(SPACE, np.random.default_rng(0))
    for number in range(60):
        arch = strategy.ask()[0]
        strategy.tell([arch], [math.nan if number % 2 == 0 else total(arch)])


@pytest.mark.parametrize("kind", [RandomSearch, Evolution, LocalSearch])
def test_an_empty_pool_is_refused(kind: type[Strategy]) -> None:
    with pytest.raises(SettingsError, match="empty pool"):
        kind(SPACE, np.random.default_rng(0), pool=np.empty((0, 4), np.int8))


@pytest.mark.parametrize("pool", [SPACE.all_choices()[::2], None])
def test_unseen_architectures_are_drawn_uniformly(pool: NDArray[np.int8] | None) -> None:
    rows = SPACE.all_choices() if pool is None else pool
    seen = set(SPACE.architectures(rows[:10]))
    counts: Counter[Architecture] = Counter()
    for seed in range(400):
        drawn = RandomSearch(SPACE, np.random.default_rng(seed), pool=pool).sample_unseen(3, seen)
        assert len(set(drawn)) == 3
        counts.update(drawn)
    assert set(counts) == set(SPACE.architectures(rows[10:]))
    # 1,200 draws: each is expected 12.6 times of the whole space and 27.9 times of the pool.
    assert 2 < min(counts.values()) <= max(counts.values()) < 60


def test_a_large_pool_takes_little_more_memory_than_its_choices() -> None:
    space = load_space("mobilenet")
    pool = np.unique(space.sample_choices(np.random.default_rng(0), 50_000), axis=0)
    tracemalloc.start()
    strategy = RandomSearch(space, np.random.default_rng(0), pool=pool)
    assert tracemalloc.get_traced_memory()[0] < 3_000_000
    tracemalloc.stop()
    other = space.sample(np.random.default_rng(1), 1)[0]
    assert strategy.in_pool(space.architectures(pool[7:8])[0])
    assert not strategy.in_pool(other)
