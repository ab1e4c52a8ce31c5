"""Conformal calibration: coverage, what it refits, odd predictors and few labels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors import Posterior, Predictor, make_predictor
from archscout.predictors.boosting import Boosting
from archscout.predictors.forest import Forest
from archscout.predictors.wrappers._conformal import Conformal, conformal_quantile
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.stats import coverage
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

SPACE = load_space("nasbench201")


class Guess(Predictor):
    """Says the mean of its labels everywhere, with a spread that is made up."""

    stated = 1.0
    seen: list[Any]

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Guess:
        """Remember everything."""
        self.mean, self.seen = float(np.mean(values)), [np.asarray(archs), unlabeled]
        return self

    def predict(self, archs: Any) -> Posterior:
        """The mean of the labels."""
        return Posterior(np.full(len(archs), self.mean), np.full(len(archs), self.stated))

    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Guess:
        """Be taken in."""
        self.mean = float(np.mean(pseudo))
        return self


def guessing(spread: float, made: list[Predictor] | None = None) -> Any:
    """A factory of guesses with one spread; appends what it makes."""

    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        guess = Guess(space, rng)
        guess.stated = spread
        if made is not None:
            made.append(guess)
        return guess

    return make


def labels(count: int, seed: int = 0) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    return SPACE.sample_choices(rng, count), 50 + 3.0 * rng.normal(size=count)


def small_forest(space: SearchSpace, rng: np.random.Generator) -> Predictor:
    return Forest(space, rng, trees=8)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.01, 1.0, 100.0, 0.0])
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_any_spread_becomes_honest(spread: float, level: float) -> None:
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(spread), level=level)
    conformal.fit(*labels(300))
    cells, values = labels(3_000, seed=1)
    mean, scaled = conformal.predict(cells)
    assert coverage(values, mean, scaled, [level])[0] == pytest.approx(level, abs=0.04)
    low, high = conformal.interval(cells)
    assert np.mean((low <= values) & (values <= high)) == pytest.approx(level, abs=0.04)
    np.testing.assert_allclose(scaled, 3.0, rtol=0.15)
    assert conformal.predict(cells).draws(400).std() == pytest.approx(
        3.0 if spread else 0.0, rel=0.15
    )


@pytest.mark.slow
def test_narrow_spreads_of_a_real_predictor_are_widened() -> None:
    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return Forest(space, rng, trees=20, kind="random", smallest_leaf=8)

    def values(cells: NDArray[np.int8], seed: int) -> NDArray[np.float64]:
        noise = np.random.default_rng(seed).normal(size=len(cells))
        return (cells == 3).sum(axis=1) + 2.0 * noise

    cells, others = SPACE.sample_choices(np.random.default_rng(0), 120), SPACE.all_choices()[::20]
    true = values(others, 1)
    plain = make(SPACE, np.random.default_rng(0)).fit(cells, values(cells, 0))
    conformal = Conformal(SPACE, np.random.default_rng(0), make=make).fit(cells, values(cells, 0))
    assert coverage(true, *plain.predict(others), [0.9])[0] < 0.7
    assert 0.75 < coverage(true, *conformal.predict(others), [0.9])[0] < 0.97
    assert conformal.factor_ > 1.5


def test_mean_is_that_of_the_predictor_taught_on_all_labels() -> None:
    made: list[Predictor] = []
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(1.0, made), folds=4)
    cells, values = labels(21)
    others = SPACE.all_choices()[:7]
    conformal.fit(cells, values, others)
    assert conformal.predict(others).mean == pytest.approx([values.mean()] * 7)
    whole, *copies = made
    assert conformal.predictor is whole
    np.testing.assert_array_equal(whole.seen[0], cells)  # type: ignore[attr-defined]
    sizes = sorted(len(copy.seen[0]) for copy in copies)  # type: ignore[attr-defined]
    assert sizes == [15, 16, 16, 16]
    for guess in made:
        np.testing.assert_array_equal(guess.seen[1], others)  # type: ignore[attr-defined]
    assert len(conformal.residuals_) == 21
    assert (np.diff(conformal.residuals_) >= 0).all()


def test_a_label_is_judged_by_a_copy_that_has_not_seen_it() -> None:
    cells, values = labels(6)
    values[0] = 1e6
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(1.0), folds=3)
    residuals = conformal.fit(cells, values).residuals_
    # Only the two labels of its own fold are predicted without it.
    assert (residuals > 1e5).sum() == 5
    assert residuals[-1] == pytest.approx(1e6, rel=1e-3)


@pytest.mark.parametrize("count", [2, 3])
def test_too_few_labels_are_not_calibrated(count: int) -> None:
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(2.0)).fit(*labels(count))
    assert conformal.factor_ == 1.0
    assert conformal.predict(SPACE.all_choices()[:3]).spread.tolist() == [2.0] * 3
    low, high = conformal.interval(SPACE.all_choices()[:3])
    assert low.tolist() == [-math.inf] * 3
    assert high.tolist() == [math.inf] * 3


def test_few_labels_make_fewer_folds_and_no_more_than_they_can_say() -> None:
    made: list[Predictor] = []
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(1.0, made))
    conformal.fit(*labels(4))
    assert len(made) == 3  # The predictor and two folds.
    assert math.isfinite(conformal.factor_)
    cells = SPACE.all_choices()[:1]
    assert math.isinf(conformal.interval(cells, 0.9)[1][0])
    assert math.isfinite(conformal.interval(cells, 0.8)[1][0])


def test_refit_with_too_few_labels_forgets_the_factor() -> None:
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(0.1)).fit(*labels(30))
    assert conformal.factor_ > 10
    assert conformal.fit(*labels(3)).factor_ == 1.0


def test_equal_values_leave_no_width() -> None:
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(0.0))
    cells, _ = labels(20)
    low, high = conformal.fit(cells, [70.0] * 20).interval(cells)
    np.testing.assert_allclose(low, high)
    assert conformal.predict(cells).spread.max() < 1e-9


def test_pseudo_labels_do_not_vouch() -> None:
    conformal = Conformal(SPACE, np.random.default_rng(0), make=guessing(1.0))
    cells, values = labels(50)
    others = SPACE.all_choices()[:500]
    factor = conformal.fit(cells, values).factor_
    conformal.fit_pseudo(cells, values, others, np.full(500, 7.0))
    assert conformal.predict(others[:1]).mean.tolist() == [7.0]
    assert conformal.factor_ == factor
    unfitted = Conformal(SPACE, np.random.default_rng(0), make=guessing(1.0))
    unfitted.fit_pseudo(cells, values, others, np.full(500, 7.0))
    assert unfitted.factor_ == factor


def test_quantile_is_the_smallest_that_promises_enough() -> None:
    residuals = np.sort(np.random.default_rng(0).random(19))
    assert conformal_quantile(residuals, 0.95) == residuals[-1]
    assert conformal_quantile(residuals, 0.5) == residuals[9]
    assert math.isinf(conformal_quantile(residuals, 0.96))
    assert math.isinf(conformal_quantile(residuals[:0], 0.5))


@pytest.mark.slow
def test_keeps_the_contract_around_trees() -> None:
    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return Conformal(space, rng, make=small_forest)

    check_predictor(make, ToySpace(), np.random.default_rng(0), labels=8)


@pytest.mark.slow
def test_scores_are_those_of_the_predictor() -> None:
    conformal = Conformal(SPACE, np.random.default_rng(0)).fit(*labels(20))
    cells, values = labels(5, seed=2)
    posterior, inner = conformal.predict(cells), conformal.predictor.predict(cells)
    mean, spread = posterior.scores
    np.testing.assert_array_equal(mean, inner.scores.mean)
    np.testing.assert_allclose(spread, conformal.factor_ * inner.scores.spread)
    np.testing.assert_array_equal(posterior.to_scores(values), inner.to_scores(values))


def test_names() -> None:
    made = make_predictor("conformal:forest", SPACE, np.random.default_rng(0), folds=3)
    assert isinstance(made, Conformal)
    assert isinstance(made.predictor, Forest)
    assert isinstance(Conformal(SPACE, np.random.default_rng(0)).predictor, Boosting)


@pytest.mark.parametrize("settings", [{"folds": 1}, {"level": 0.0}, {"level": 1.0}])
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(settings))):
        Conformal(SPACE, np.random.default_rng(0), make=small_forest, **settings).check()
    fitted = Conformal(SPACE, np.random.default_rng(0), make=guessing(1.0)).fit(*labels(20))
    with pytest.raises(SettingsError, match="between 0 and 1"):
        fitted.interval(SPACE.all_choices()[:1], level=2.0)
    with pytest.raises(SettingsError, match="fit first"):
        Conformal(SPACE, np.random.default_rng(0), make=small_forest).predict(
            SPACE.all_choices()[:1]
        )
