"""Bagged boosting: what it learns, how honest its spread is, and how it treats bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.predictors import make_predictor
from archscout.predictors.boosting import Boosting
from archscout.spaces import load_space
from archscout.stats import kendall_tau

SPACE = load_space("nasbench201")
QUICK = {"members": 6, "trees": 30}


def noisy(choices: np.ndarray, seed: int = 0) -> np.ndarray:
    """Percent that the cell decides, with noise."""
    clean = 50 + 6.0 * (choices == 3).sum(axis=1) + 2.0 * (choices[:, 3] == 1)
    return clean + np.random.default_rng(seed).normal(size=len(choices))


def fitted(labels: int = 100, seed: int = 0, **settings: Any) -> Boosting:
    choices = SPACE.sample_choices(np.random.default_rng(5), labels)
    model = Boosting(SPACE, np.random.default_rng(seed), **{**QUICK, **settings})
    return model.fit(choices, noisy(choices))


def test_ranks_unseen_cells_in_the_unit_of_the_labels() -> None:
    unseen = SPACE.sample_choices(np.random.default_rng(6), 500)
    prediction = fitted().predict(unseen)
    assert kendall_tau(prediction.mean, noisy(unseen, 1)) > 0.6
    assert 45 <= prediction.mean.min() <= prediction.mean.max() <= 95


def test_the_spread_covers_about_two_thirds_of_unseen_values() -> None:
    unseen = SPACE.sample_choices(np.random.default_rng(6), 2000)
    prediction = fitted(labels=200).predict(unseen)
    inside = np.abs(prediction.mean - noisy(unseen, 1)) < prediction.spread
    assert 0.5 < inside.mean() < 0.9


def test_the_same_generator_gives_the_same_model() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(7), 50)
    first, again, other = (fitted(seed=seed).predict(cells).mean for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_prediction_does_not_depend_on_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    model, cells = fitted(), SPACE.all_choices()[::40]
    rows = [3, 70, 200]
    alone = model.predict(cells[rows])
    monkeypatch.setattr("archscout.predictors.boosting._BLOCK", 100)
    together = model.predict(cells)
    np.testing.assert_allclose(together.mean[rows], alone.mean, rtol=1e-12)
    np.testing.assert_allclose(together.spread[rows], alone.spread, rtol=1e-9)


@pytest.mark.parametrize("labels", [2, 3, 5, 6, 7])
def test_few_labels_are_learnt(labels: int) -> None:
    prediction = fitted(labels=labels).predict(SPACE.all_choices()[::500])
    assert np.isfinite(prediction.mean).all()
    assert np.isfinite(prediction.spread).all()


def test_equal_values_are_learnt() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(0), 30)
    prediction = Boosting(SPACE, np.random.default_rng(0), **QUICK).fit(cells, [70.0] * 30)
    np.testing.assert_allclose(prediction.predict(cells).mean, 70)
    np.testing.assert_allclose(prediction.predict(cells).spread, 0, atol=1e-9)


def test_bad_input_is_refused() -> None:
    model, cells = Boosting(SPACE, np.random.default_rng(0)), SPACE.all_choices()[:3]
    with pytest.raises(SettingsError, match="fit first"):
        model.predict(cells)
    with pytest.raises(SettingsError, match="finite"):
        model.fit(cells, [1.0, float("inf"), 2.0])
    with pytest.raises(SettingsError, match="one value for each"):
        model.fit(cells, [1.0, 2.0])


@pytest.mark.parametrize(
    "settings",
    [{"members": 2}, {"trees": 0}, {"depth": 0}, {"learning_rate": 0}, {"labels_tried": 1.5}],
)
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(settings))):
        Boosting(SPACE, np.random.default_rng(0), **settings).check()


def test_is_found_by_name() -> None:
    made = make_predictor("boosting", SPACE, np.random.default_rng(0), **QUICK)
    assert isinstance(made, Boosting)
