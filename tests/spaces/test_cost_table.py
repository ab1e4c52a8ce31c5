"""Costs that add up: the declared groups are right, ranges exact, draws uniform."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from archscout.spaces import load_space
from archscout.spaces.limits._cost_table import Draws, cost_table
from archscout.spaces.limits._feasible import cost_range
from archscout.spaces.limits._limit import Limit

ADDITIVE = ("nasbench201", "nasbench-macro", "mobilenet", "darts")


@pytest.mark.parametrize("what", ["macs", "params"])
@pytest.mark.parametrize("name", ADDITIVE)
def test_the_groups_of_a_space_add_up_to_its_costs(name: str, what: str) -> None:
    space, limit = load_space(name), Limit(what, most=1e12)
    table = cost_table(space, limit)
    assert table is not None
    positions = np.concatenate([group.positions for group in table.groups])
    assert sorted(positions) == list(range(len(space.variables)))
    rows = space.sample_choices(np.random.default_rng(0), 300)
    total = np.full(len(rows), table.fixed)
    for group in table.groups:
        same = (rows[:, None, group.positions] == group.options).all(axis=2)
        assert (same.sum(axis=1) == 1).all()
        total += group.costs[same.argmax(axis=1)]
    assert np.array_equal(total, limit.costs(space, rows))


@pytest.mark.parametrize("name", ["nasbench201", "nasbench-macro"])
def test_ranges_are_those_of_the_listed_space(name: str) -> None:
    space = load_space(name)
    macs = space.macs_table(space.all_choices())
    found = cost_range(space, Limit("macs", most=1e12))
    assert found == (macs.min(), macs.max(), True)


@pytest.mark.slow
def test_the_range_of_a_cost_that_does_not_add_up_is_searched_for() -> None:
    space = load_space("mobilenet")
    blocks = Limit("latency", most=1, measure=lambda rows: (rows != 6).sum(axis=1) ** 1.5)
    found = cost_range(space, blocks)
    assert not found.exact
    # Six blocks cannot be skipped.
    assert (found.least, found.most) == pytest.approx((6**1.5, 21**1.5))


def test_draws_below_a_limit_are_uniform() -> None:
    space = load_space("nasbench-macro")
    limit = Limit("macs", most=16e6, least=12e6)
    table = cost_table(space, limit)
    assert table is not None
    drawn = Draws(table, limit).draw(np.random.default_rng(0), 20_000, 8)
    inside = drawn[limit.excess(limit.costs(space, drawn)) == 0]
    assert len(inside) > 0.9 * len(drawn)
    rows = space.all_choices()
    allowed = set(map(tuple, rows[limit.excess(limit.costs(space, rows)) == 0].tolist()))
    counts = Counter(map(tuple, inside.tolist()))
    assert set(counts) == allowed
    expected = len(inside) / len(allowed)
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    # Mean and standard deviation of chi-square are n - 1 and the root of 2 (n - 1).
    freedom = len(allowed) - 1
    assert abs(chi_square - freedom) < 4 * (2 * freedom) ** 0.5


def test_draws_within_an_empty_band_are_none() -> None:
    space = load_space("mobilenet")
    limit = Limit("macs", most=182.6e6, least=182.5e6)
    table = cost_table(space, limit)
    assert table is not None
    drawn = Draws(table, limit).draw(np.random.default_rng(0), 50, 21)
    assert not (limit.excess(limit.costs(space, drawn)) == 0).any()
