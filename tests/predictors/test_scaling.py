"""Values to scores and back: nothing is lost, order is kept, odd labels are survived."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.predictors._parts.scaling import LinearScores, RankScores, make_scaling

KINDS = ("rank", "min-max", "z-score")
# Hundredths, so that ties are frequent and gaps not absurdly small.
numbers = st.integers(-100_000, 100_000).map(lambda whole: whole / 100)
labels = st.lists(numbers, min_size=1, max_size=40).map(np.array)
points = st.lists(numbers, min_size=1, max_size=40).map(np.array)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(values=labels, asked=points)
def test_back_undoes_forward_also_beyond_the_labels(
    kind: str, values: np.ndarray, asked: np.ndarray
) -> None:
    scaling = make_scaling(kind, values)
    for some in (values, asked):
        assert np.allclose(scaling.back(scaling.forward(some)), some, rtol=1e-9, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(values=labels, asked=points)
def test_scores_rise_with_values(kind: str, values: np.ndarray, asked: np.ndarray) -> None:
    ordered = np.unique(asked)
    scores = make_scaling(kind, values).forward(ordered)
    assert np.isfinite(scores).all()
    assert (np.diff(scores) > 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@given(values=labels)
def test_equal_values_share_a_score_in_any_order(kind: str, values: np.ndarray) -> None:
    scores = make_scaling(kind, values).forward(values)
    for value in np.unique(values):
        assert np.ptp(scores[values == value]) == 0
    backwards = make_scaling(kind, values[::-1].copy()).forward(values)
    assert np.allclose(scores, backwards, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@given(values=labels)
def test_ranks_do_not_see_how_far_values_lie_apart(values: np.ndarray) -> None:
    bent = np.sign(values) * np.abs(values) ** 1.5
    assert np.allclose(RankScores(values).forward(values), RankScores(bent).forward(bent))


def test_rank_scores_are_normal_scores() -> None:
    values = np.random.default_rng(0).lognormal(size=2001)
    scores = RankScores(values).forward(values)
    assert abs(scores.mean()) < 1e-9
    assert scores.std() == pytest.approx(1.0, abs=0.01)
    assert scores[np.argsort(values)[1000]] == pytest.approx(0.0, abs=1e-9)


def test_beyond_the_best_the_slope_is_that_of_the_upper_third() -> None:
    values = np.array([10.0, 80.0, 85.0, 90.0, 91.0, 91.001])
    scores = RankScores(values)
    best, third = scores.forward(np.array([91.001, 90.0]))
    slope = (91.001 - 90.0) / (best - third)
    assert scores.back(np.array([best + 1.0]))[0] == pytest.approx(91.001 + slope)


def test_z_scores_use_the_labels_and_not_the_whole_table() -> None:
    values = np.array([80.0, 90.0, 94.0])
    scaling = make_scaling("z-score", values)
    assert isinstance(scaling, LinearScores)
    assert scaling.shift == values.mean()
    assert scaling.width == values.std()
    scores = scaling.forward(values)
    assert scores.mean() == pytest.approx(0)
    assert scores.std() == pytest.approx(1)


def test_min_max_puts_the_labels_between_0_and_1() -> None:
    scores = make_scaling("min-max", np.array([80.0, 90.0, 94.0])).forward(np.array([80.0, 94.0]))
    assert scores.tolist() == [0.0, 1.0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0.0, 0.1, -3.0, 94.37, 1e9])
def test_equal_labels_do_not_blow_up_what_comes_later(kind: str, value: float) -> None:
    # The deviation of several 0.1 is 1e-17 and not 0: dividing by it would give 1e17.
    scaling = make_scaling(kind, np.full(3, value))
    assert np.abs(scaling.forward(np.full(3, value))).max() < 1e-9
    assert np.abs(scaling.forward(value + np.array([-1.0, 1.0]))).max() < 2
