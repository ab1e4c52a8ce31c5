"""One object says mean, spread, draws and scores, and works out once what is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout.errors import SettingsError
from archscout.predictors import Posterior, Predictor
from archscout.predictors._posterior import as_posterior
from archscout.testing._toy import ToySpace
from hostile_states import everything

FINITE = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(FINITE, st.floats(0, 1e6)), max_size=8), st.integers(1, 5))
def test_draws_lie_as_far_from_the_mean_as_the_spread_says(pairs: Any, count: int) -> None:
    mean, spread = np.array(pairs).reshape(-1, 2).T
    posterior = Posterior(mean, spread, rng=np.random.default_rng(0))
    noise = np.random.default_rng(0).standard_normal((count, len(mean)))
    np.testing.assert_array_equal(posterior.draws(count), mean + spread * noise)
    np.testing.assert_array_equal(
        posterior.draws(count, np.random.default_rng(0)), mean + spread * noise
    )


def test_without_a_scale_scores_are_values() -> None:
    posterior = Posterior([1, 2], [0, 1])
    mean, spread = posterior
    assert (mean.dtype, spread.tolist()) == (np.float64, [0.0, 1.0])
    assert posterior.scores is posterior
    assert posterior.to_scores([3.0, 4.0]).tolist() == [3.0, 4.0]


def test_each_thing_is_worked_out_once_and_only_if_asked_for() -> None:
    done: list[str] = []

    def note(what: str, result: Any) -> Any:
        done.append(what)
        return result

    pair = np.zeros(2), np.ones(2)
    posterior = Posterior.lazily(
        lambda: note("moments", pair),
        draw=lambda count, rng: note("draw", np.zeros((count, 2))),
        scores=lambda: Posterior.lazily(lambda: note("scores", pair)),
        to_scores=lambda values: values + 1,
        rng=np.random.default_rng(0),
    )
    assert done == []
    for _ in range(2):
        assert posterior.mean is pair[0]
        assert posterior.spread is pair[1]
        assert posterior.scores.spread is pair[1]
    assert done == ["moments", "scores"]
    assert posterior.draws(3).shape == (3, 2)
    assert posterior.scores.draws(3).shape == (3, 2), "scores draw with the same generator"
    assert posterior.to_scores([0.0]).tolist() == [1.0]


@pytest.mark.parametrize(
    ("mean", "spread"), [([1.0], [1.0, 2.0]), ([[1.0]], [[1.0]]), (1.0, 1.0), (["a"], [1.0])]
)
def test_what_is_no_pair_of_rows_is_refused(mean: Any, spread: Any) -> None:
    with pytest.raises(SettingsError, match="expected"):
        Posterior(mean, spread)


def test_draws_need_a_generator() -> None:
    with pytest.raises(SettingsError, match="no generator"):
        Posterior([1.0], [1.0]).draws(2)


def test_a_pair_becomes_a_posterior_and_anything_else_is_refused() -> None:
    rng = np.random.default_rng(0)
    made = as_posterior((np.ones(2), np.zeros(2)), rng)
    assert isinstance(made, Posterior)
    assert made.rng is rng
    assert as_posterior(made, np.random.default_rng(1)).rng is rng, "its own generator stays"
    for said in (None, np.ones(2), (1.0,), "ab"):
        with pytest.raises(SettingsError, match="expected a Posterior"):
            as_posterior(said, rng)


def test_what_is_asked_for_later_runs_in_the_state_of_who_wrote_it() -> None:
    seen: list[str] = []

    def mine() -> Any:
        seen.append(np.geterr()["over"])
        return np.ones(1), np.ones(1)

    posterior = Posterior.lazily(mine)
    with np.errstate(over="raise"):
        assert posterior.mean.tolist() == [1.0]
    assert seen == ["raise"]


@pytest.mark.parametrize("name", ["forest", "gaussian-process", "mlp"])
def test_ours_does_not_care_what_the_user_has_set_when_it_asks(name: str) -> None:
    from archscout.predictors import make_predictor

    space = ToySpace()
    rows = np.random.default_rng(0).permutation(space.all_choices())
    settings = {"steps": 5} if name == "mlp" else {}
    model = make_predictor(name, space, np.random.default_rng(0), **settings)
    model.fit(rows[:20], np.arange(20.0))

    def asked() -> Any:
        posterior = model.predict(rows)
        return posterior

    plain, hostile = asked(), asked()
    expected = [*plain, *plain.scores, plain.to_scores([1e300, 2.0])]
    with everything():
        found = [*hostile, *hostile.scores, hostile.to_scores([1e300, 2.0])]
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, other)


class Own(Predictor):
    """Predicts in the old way: a pair from a method of that name."""

    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        self.best_ = values.max()

    def predict(self, archs: Any) -> Any:
        return np.full(len(archs), self.best_), np.zeros(len(archs))


def test_a_class_that_returns_pairs_gives_posteriors() -> None:
    space = ToySpace()
    rows = space.all_choices()[:4]
    model = Own(space, np.random.default_rng(0)).fit(rows, [1.0, 2.0, 3.0, 4.0])
    assert isinstance(model.predict(rows), Posterior)
    assert model.predict(rows).draws(2).shape == (2, 4)
