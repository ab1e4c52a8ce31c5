"""Which candidates are bought."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import UnknownNameError
from archscout.predictors import Posterior
from archscout.strategies._choosing import (
    CHOOSERS,
    Beliefs,
    best_mean,
    expected_improvement,
    find_chooser,
    in_order,
    thompson,
    top_uniform,
)

SCORES = np.array([[5.0, 1.0, 0.0, 4.0, 2.0], [0.0, 5.0, 1.0, 4.0, 2.0]])


class Model:
    """Believes what it is told of as many candidates as are asked for."""

    def __init__(self, scores: NDArray[np.float64], spread: float = 1.0) -> None:
        self.scores, self.spread = scores, spread

    def predict(self, archs: NDArray[np.int8]) -> Posterior:
        mean = self.scores.mean(axis=0)
        return Posterior.lazily(
            lambda: (mean, np.full(len(mean), self.spread)),
            draw=lambda count, rng: self.scores,
            rng=np.random.default_rng(0),
        )


def beliefs(
    scores: NDArray[np.float64] = SCORES, best: float = 3.0, spread: float = 1.0
) -> Beliefs:
    rows = np.zeros((scores.shape[1], 4), dtype=np.int8)
    return Beliefs(Model(scores, spread), rows, best)


@pytest.mark.parametrize("name", CHOOSERS)
@pytest.mark.parametrize("wanted", [1, 3, 5, 50])
def test_all_choose_different_places_as_many_as_there_are(name: str, wanted: int) -> None:
    before = SCORES.copy()
    places = CHOOSERS[name](beliefs(), wanted, np.random.default_rng(0))
    assert np.issubdtype(places.dtype, np.integer)
    assert len(set(places.tolist())) == len(places) == min(wanted, 5)
    assert set(places.tolist()) <= set(range(5))
    assert np.array_equal(SCORES, before)
    nothing = beliefs(np.empty((2, 0)))
    assert len(CHOOSERS[name](nothing, wanted, np.random.default_rng(0))) == 0


def test_in_order_takes_the_first_whatever_their_scores() -> None:
    assert in_order(beliefs(), 3, np.random.default_rng(0)).tolist() == [0, 1, 2]


def test_best_mean_takes_the_best_of_all_members() -> None:
    assert best_mean(beliefs(), 2, np.random.default_rng(0)).tolist() == [3, 1]


def test_the_top_is_drawn_from_evenly_and_nothing_below_it() -> None:
    scores = np.arange(300.0)[None]
    rng = np.random.default_rng(0)
    met = Counter(int(p) for _ in range(500) for p in top_uniform(beliefs(scores), 10, rng))
    assert set(met) == set(range(200, 300))
    assert 25 < min(met.values()) < max(met.values()) < 80
    assert sorted(top_uniform(beliefs(scores), 150, rng)) == list(range(150, 300))


def test_expected_improvement_weighs_mean_and_spread() -> None:
    scores = np.array([[1.0, 2.0, 2.5, 0.0]])

    class Unsure(Model):
        def predict(self, archs: NDArray[np.int8]) -> Posterior:
            return Posterior(self.scores[0], np.array([3.0, 0.5, 1e-9, 0.1]))

    rng = np.random.default_rng(0)
    found = Beliefs(Unsure(scores), np.zeros((4, 4), dtype=np.int8), best=2.6)
    draws = scores[0] + np.array([3.0, 0.5, 1e-9, 0.1]) * rng.standard_normal((200_000, 4))
    gain = np.maximum(draws - 2.6, 0).mean(axis=0)
    assert gain[0] > gain[1] > gain[2]
    assert expected_improvement(found, 2, rng).tolist() == [0, 1]
    # Both others cannot improve: the one that is fewer spreads away goes first.
    assert expected_improvement(found, 4, rng).tolist() == [0, 1, 3, 2]


def test_thompson_takes_what_a_member_drawn_at_random_thinks_best() -> None:
    rng = np.random.default_rng(0)
    firsts = Counter(int(thompson(beliefs(), 1, rng)[0]) for _ in range(400))
    assert set(firsts) == {0, 1}, "each member names its own best, the mean's best nobody's"
    assert 150 < firsts[0] < 250
    pairs = {tuple(sorted(thompson(beliefs(), 2, rng).tolist())) for _ in range(200)}
    # Each place draws anew: the same member twice, or one after the other.
    assert pairs == {(0, 3), (0, 1), (1, 3)}


def test_unknown_choosers() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'thompson'"):
        find_chooser("tompson")
