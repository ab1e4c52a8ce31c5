"""Which candidates are bought."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from archscout.strategies.choosing import CHOOSERS, best_mean, in_order, thompson

SCORES = np.array([[5.0, 1.0, 0.0, 4.0, 2.0], [0.0, 5.0, 1.0, 4.0, 2.0]])


@pytest.mark.parametrize("name", CHOOSERS)
@pytest.mark.parametrize("wanted", [1, 3, 5, 50])
def test_all_choose_different_places_as_many_as_there_are(name: str, wanted: int) -> None:
    before = SCORES.copy()
    places = CHOOSERS[name](SCORES, wanted, np.random.default_rng(0))
    assert np.issubdtype(places.dtype, np.integer)
    assert len(set(places.tolist())) == len(places) == min(wanted, 5)
    assert set(places.tolist()) <= set(range(5))
    assert np.array_equal(SCORES, before)
    assert len(CHOOSERS[name](np.empty((2, 0)), wanted, np.random.default_rng(0))) == 0


def test_in_order_takes_the_first_whatever_their_scores() -> None:
    assert in_order(SCORES, 3, np.random.default_rng(0)).tolist() == [0, 1, 2]


def test_best_mean_takes_the_best_of_all_members() -> None:
    assert best_mean(SCORES, 2, np.random.default_rng(0)).tolist() == [3, 1]


def test_thompson_takes_what_a_member_drawn_at_random_thinks_best() -> None:
    rng = np.random.default_rng(0)
    firsts = Counter(int(thompson(SCORES, 1, rng)[0]) for _ in range(400))
    assert set(firsts) == {0, 1}, "each member names its own best, the mean's best nobody's"
    assert 150 < firsts[0] < 250
    pairs = {tuple(sorted(thompson(SCORES, 2, rng).tolist())) for _ in range(200)}
    # Each place draws anew: the same member twice, or one after the other.
    assert pairs == {(0, 3), (0, 1), (1, 3)}
