"""arch2vec: taught without labels, once; a posterior that is honest; decoding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors import make_predictor
from archscout.predictors._parts.bayesian_linear import BayesianLinear
from archscout.predictors._parts.latent_regressors import FourierRegressor, TanhRegressor
from archscout.predictors.arch2vec import Arch2Vec
from archscout.spaces import load_space
from archscout.stats import kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

pytestmark = pytest.mark.slow  # its fixtures train for seconds

SPACE = load_space("nasbench201")
QUICK: dict[str, Any] = {"hidden": 16, "latent": 8, "layers": 2, "passes": 2, "drawn": 300}
POOL = SPACE.sample_choices(np.random.default_rng(3), 600)


def worth(choices: np.ndarray) -> np.ndarray:
    return 60 + 5.0 * (choices == 3).sum(axis=1) - 4.0 * (choices == 0).sum(axis=1)


def make(seed: int = 0, **settings: Any) -> Arch2Vec:
    return Arch2Vec(SPACE, np.random.default_rng(seed), **{**QUICK, **settings})


@pytest.fixture(scope="module")
def fitted() -> Arch2Vec:
    return make(passes=20).fit(POOL[:100], worth(POOL[:100]), POOL)


@pytest.mark.parametrize(
    "settings", [{}, {"embedding": "vertices"}, {"regressor": "bayesian-linear"}]
)
def test_ranks_unseen_cells_in_the_unit_of_the_labels(settings: dict[str, Any]) -> None:
    model = make(passes=4, **settings).fit(POOL[:100], worth(POOL[:100]), POOL[:400])
    prediction = model.predict(POOL[400:])
    assert kendall_tau(prediction.mean, worth(POOL[400:])) > 0.5
    assert 20 < prediction.mean.min() < prediction.mean.max() < 100


def test_keeps_the_contract_on_cells() -> None:
    quick = {**QUICK, "drawn": 64, "passes": 1}
    check_predictor(
        lambda space, rng: Arch2Vec(space, rng, **quick), SPACE, np.random.default_rng(0), labels=6
    )


def test_the_encoder_never_sees_a_value() -> None:
    one, other = make(), make()
    one.fit(POOL[:50], worth(POOL[:50]), POOL)
    other.fit(POOL[:50], -worth(POOL[:50]), POOL)
    np.testing.assert_array_equal(one.embed(POOL), other.embed(POOL))


def test_the_encoder_is_taught_once_for_one_pool() -> None:
    model = make().fit(POOL[:50], worth(POOL[:50]), POOL[50:])
    before, steps = model.embed(POOL), model.steps_
    model.fit(POOL[:70], worth(POOL[:70]), POOL[70:])
    assert model.steps_ == steps
    np.testing.assert_array_equal(model.embed(POOL), before)
    strangers = SPACE.sample_choices(np.random.default_rng(8), 50)
    model.fit(POOL[:70], worth(POOL[:70]), strangers)
    assert model.steps_ > steps
    again = make(keep=False).fit(POOL[:50], worth(POOL[:50]), POOL)
    steps = again.steps_
    assert again.fit(POOL[:50], worth(POOL[:50]), POOL).steps_ == 2 * steps


def test_without_unlabeled_architectures_it_draws_some() -> None:
    model = make().fit(POOL[:50], worth(POOL[:50]))
    assert model.pretrained_on_ > 250
    steps = model.steps_
    assert model.fit(POOL[:60], worth(POOL[:60])).steps_ == steps
    assert make(drawn=0).fit(POOL[:50], worth(POOL[:50])).pretrained_on_ <= 50


def test_pretraining_forgets_what_was_learnt_before() -> None:
    model = make().fit(POOL[:20], worth(POOL[:20])).pretrain(POOL)
    with pytest.raises(SettingsError, match="fit first"):
        model.predict(POOL)


def test_the_mean_embedding_is_the_mean_of_the_vertices(fitted: Arch2Vec) -> None:
    latent = fitted.encode(POOL[:5])
    assert latent.shape == (5, 8, 8)
    np.testing.assert_allclose(fitted.embed(POOL[:5]), latent.mean(dim=1).numpy(), atol=1e-6)
    # The same operations on other edges are another cell.
    moved = SPACE.parse_many(["000340", "000430"])
    assert not np.allclose(*fitted.embed(moved))


def test_decoding_rebuilds_and_writes_only_cells(fitted: Arch2Vec) -> None:
    rebuilt, valid = fitted.decode(fitted.encode(POOL))
    assert valid.all()
    assert (rebuilt == POOL).all(axis=1).mean() > 0.5
    noise = torch.randn((200, 8, 8), generator=torch.Generator().manual_seed(0))
    drawn, valid = fitted.decode(noise)
    assert valid.all()
    assert len(np.unique(drawn, axis=0)) > 50


def test_the_spread_covers_about_two_thirds(fitted: Arch2Vec) -> None:
    mean, spread = fitted.predict(POOL[100:])
    assert 0.5 < (np.abs(mean - worth(POOL[100:])) < spread).mean() < 0.95


def test_draws_are_joint_and_lie_around_the_mean(fitted: Arch2Vec) -> None:
    asked = np.concatenate([POOL[100:140], POOL[100:140]])
    drawn = fitted.predict(asked).draws(200)
    assert drawn.shape == (200, 80)
    np.testing.assert_allclose(drawn[:, :40], drawn[:, 40:])  # one function a row
    assert drawn.std(axis=0).min() > 0
    mean, spread = fitted.predict(asked)
    assert (np.abs(np.median(drawn, axis=0) - mean) < 0.5 * spread).mean() > 0.95


def test_a_posterior_is_that_of_the_textbook() -> None:
    rng = np.random.default_rng(0)
    for labels in (15, 60):  # fewer than features, and more
        x, new = rng.normal(size=(labels, 20)), rng.normal(size=(5, 20))
        y = x[:, 0] + 0.3 * rng.normal(size=labels)
        model = BayesianLinear().fit(x, y)
        noise, ratio, moved = model._noise, model._ratio, x - x.mean(axis=0)
        inverse = np.linalg.inv(moved.T @ moved + ratio * np.eye(20))
        weights = inverse @ moved.T @ (y - y.mean())
        shifted = new - x.mean(axis=0)
        mean, deviation = model.predict(new)
        np.testing.assert_allclose(mean, y.mean() + shifted @ weights, rtol=1e-6)
        variance = noise * (1 + np.einsum("nf,fg,ng->n", shifted, inverse, shifted))
        np.testing.assert_allclose(deviation**2, variance, rtol=1e-6)
        drawn = model.values_of(new, model.draw_weights(20_000, rng))
        np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.03)
        np.testing.assert_allclose(drawn.var(axis=0), variance - noise, rtol=0.05)


def test_the_evidence_finds_the_noise() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 10))
    y = x @ rng.normal(size=10) + 0.5 * rng.normal(size=400)
    assert BayesianLinear().fit(x, y)._noise == pytest.approx(0.25, rel=0.2)


@pytest.mark.parametrize("kind", ["fourier", "tanh"])
def test_regressors_learn_what_is_not_linear(kind: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 3))
    y = np.sin(2 * x[:, 0]) * x[:, 1]
    model: Any = FourierRegressor(rng)
    if kind == "tanh":
        model = TanhRegressor(torch.Generator().manual_seed(0))
    model.fit(x[:100], y[:100])
    mean, _ = model.linear.predict(model.features(x[100:]))
    assert np.corrcoef(mean, y[100:])[0, 1] > 0.6


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"layers": 0}, "layers=0"),
        ({"drawn": -1}, "drawn=-1"),
        ({"dropout": 1.0}, "dropout=1.0"),
        ({"learning_rate": 0.0}, "learning_rate=0.0"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make(**settings).check()


def test_unknown_names_and_missing_steps_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="embedding"):
        make(embedding="average").check()
    with pytest.raises(UnknownNameError, match="regressor"):
        make(regressor="gaussian").check()
    with pytest.raises(SettingsError, match="no architectures"):
        make().pretrain([])
    for action in (lambda m: m.encode(POOL), lambda m: m.predict(POOL)):
        with pytest.raises(SettingsError, match="fit first"):
            action(make())


def test_is_found_by_name() -> None:
    assert isinstance(make_predictor("arch2vec", ToySpace(), np.random.default_rng(0)), Arch2Vec)
