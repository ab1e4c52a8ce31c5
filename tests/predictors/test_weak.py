"""The weak predictors of WeakNAS: what they are made of, and what they say."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from archscout.errors import UnknownNameError
from archscout.predictors import make_predictor
from archscout.predictors import weak as module
from archscout.predictors.weak import WeakPredictor
from archscout.spaces import load_space
from archscout.stats import kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

SPACE = load_space("nasbench201")
KINDS = ("mlp", "forest", "boosting")


def convolutions(choices: np.ndarray) -> np.ndarray:
    return 60 + 5.0 * (choices == 3).sum(axis=1)


def fitted(labels: int = 40, seed: int = 0, **settings: Any) -> WeakPredictor:
    choices = SPACE.sample_choices(np.random.default_rng(5), labels)
    weak = WeakPredictor(SPACE, np.random.default_rng(seed), **settings)
    return weak.fit(choices, convolutions(choices))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_ranks_unseen_cells_in_the_unit_of_the_labels(kind: str) -> None:
    unseen = SPACE.sample_choices(np.random.default_rng(6), 300)
    mean, spread = fitted(kind=kind).predict(unseen)
    assert kendall_tau(mean, convolutions(unseen)) > 0.4
    assert mean.mean() == pytest.approx(convolutions(unseen).mean(), abs=2)
    assert (spread.mean() > 0) == (kind == "forest")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["forest", "boosting"])
def test_keeps_the_contract(kind: str) -> None:
    def make(space: Any, rng: np.random.Generator) -> WeakPredictor:
        return WeakPredictor(space, rng, kind=kind)  # type: ignore[arg-type]

    check_predictor(make, ToySpace(), np.random.default_rng(0))


def test_published_and_quick_sizes() -> None:
    def made(labels: int, **settings: Any) -> Any:
        weak = WeakPredictor(SPACE, np.random.default_rng(0), **settings)
        return weak._regressor(labels, 7)

    published = made(10, size="published")
    assert published.hidden_layer_sizes == (1000,) * 4
    assert (published.max_iter, published.random_state) == (100, 7)
    assert made(10).hidden_layer_sizes == (80,) * 4
    assert made(125).hidden_layer_sizes == made(4_000).hidden_layer_sizes == (1000,) * 4
    forest = made(10, kind="forest", size="published")
    assert (forest.n_estimators, forest.max_depth) == (1000, 10)
    assert made(10, kind="forest").n_estimators == 20
    boosting = made(10, kind="boosting", size="published")
    assert (boosting.n_estimators, boosting.max_depth) == (1000, 20)


@pytest.mark.slow
def test_the_labels_alone_set_the_scale() -> None:
    choices = SPACE.sample_choices(np.random.default_rng(5), 30)
    values, cells = convolutions(choices), SPACE.all_choices()[:50]
    plain = WeakPredictor(SPACE, np.random.default_rng(0)).fit(choices, values).predict(cells)
    other = WeakPredictor(SPACE, np.random.default_rng(0)).fit(choices, 100 * values - 7)
    np.testing.assert_allclose(other.predict(cells).mean, 100 * plain.mean - 7, rtol=1e-4)


def test_the_spread_of_a_forest_is_in_the_unit_of_the_labels() -> None:
    choices = SPACE.sample_choices(np.random.default_rng(5), 30)
    values, cells = convolutions(choices), SPACE.all_choices()[:50]
    plain = fitted_forest(choices, values).predict(cells)
    other = fitted_forest(choices, 128 * values).predict(cells)
    np.testing.assert_allclose(other.spread, 128 * plain.spread, rtol=1e-6, atol=1e-9)


def fitted_forest(choices: np.ndarray, values: np.ndarray) -> WeakPredictor:
    return WeakPredictor(SPACE, np.random.default_rng(0), kind="forest").fit(choices, values)


def test_nothing_is_said_of_a_schedule_that_ends_early() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted()


def test_the_generator_decides() -> None:
    cells = SPACE.all_choices()[:20]
    first, again, other = (fitted(seed=seed).predict(cells).mean for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.slow
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    weak, cells = fitted(), SPACE.all_choices()[:300]
    whole = weak.predict(cells).mean
    monkeypatch.setattr(module, "_BLOCK", 64)
    np.testing.assert_allclose(weak.predict(cells).mean, whole, rtol=1e-5)


def test_names() -> None:
    assert isinstance(make_predictor("weak", SPACE, np.random.default_rng(0)), WeakPredictor)
    for settings in ({"kind": "svm"}, {"size": "huge"}):
        with pytest.raises(UnknownNameError, match=next(iter(settings.values()))):
            make_predictor("weak", SPACE, np.random.default_rng(0), **settings)
