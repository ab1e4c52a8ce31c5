"""The ensemble of perceptrons: what it learns under each loss, its spread, its refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors import make_predictor
from archscout.predictors._parts.losses import LOSSES
from archscout.predictors._parts.perceptron import Perceptron
from archscout.predictors.mlp import MLP
from archscout.spaces import load_space
from archscout.stats import kendall_tau

SPACE = load_space("nasbench201")
QUICK: dict[str, Any] = {"members": 4, "hidden": 16, "steps": 60}
UNSEEN = SPACE.sample_choices(np.random.default_rng(6), 500)


def noisy(choices: np.ndarray, seed: int = 0) -> np.ndarray:
    """Percent that the cell decides, with noise and a tail of broken cells."""
    clean = 70 + 3.0 * (choices == 3).sum(axis=1) + 2.0 * (choices[:, 3] == 1)
    broken = (choices[:, 0] == 0) & (choices[:, 1] == 0)
    noise = np.random.default_rng(seed).normal(size=len(choices))
    return np.where(broken, 10.0, clean) + noise


def fitted(labels: int = 100, seed: int = 0, **settings: Any) -> MLP:
    choices = SPACE.sample_choices(np.random.default_rng(5), labels)
    model = MLP(SPACE, np.random.default_rng(seed), **{**QUICK, **settings})
    return model.fit(choices, noisy(choices))


@pytest.mark.slow
@pytest.mark.parametrize("columns", ["properties", "onehot", "both"])
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_ranks_unseen_cells_in_the_unit_of_the_labels(columns: Any, loss: str) -> None:
    prediction = fitted(columns=columns, loss=loss).predict(UNSEEN)
    truth = noisy(UNSEEN, 1)
    assert kendall_tau(prediction.mean, truth) > 0.5
    assert abs(np.median(prediction.mean) - np.median(truth)) < 3
    assert 0.5 < np.std(prediction.mean[truth > 50]) / np.std(truth[truth > 50]) < 2


@pytest.mark.slow
def test_z_scores_are_a_target_too() -> None:
    by_rank, by_value = (
        fitted(loss="squared", target=target).predict(UNSEEN).mean for target in ("rank", "z-score")
    )
    assert kendall_tau(by_value, noisy(UNSEEN, 1)) > 0.4
    assert (by_rank != by_value).any()


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["squared", "listwise"])
def test_the_spread_covers_about_two_thirds_of_unseen_values(loss: str) -> None:
    prediction = fitted(labels=200, members=8, loss=loss).predict(UNSEEN)
    inside = np.abs(prediction.mean - noisy(UNSEEN, 1)) < prediction.spread
    assert 0.5 < inside.mean() < 0.9


def test_draws_and_scores_are_those_of_the_members() -> None:
    model = fitted()
    prediction = model.predict(UNSEEN)
    drawn = prediction.draws(1)
    assert drawn.shape == (4, 500)
    np.testing.assert_allclose(drawn.std(axis=0), prediction.spread)
    scores = prediction.scores
    order = np.argsort(scores.mean)
    assert (np.diff(prediction.mean[order]) >= -1e-9).all()
    np.testing.assert_allclose(prediction.to_scores(prediction.mean), scores.mean, atol=1e-6)


@pytest.mark.slow
def test_members_without_labels_of_their_own_are_surer() -> None:
    apart, alike = (fitted(resample=r).predict(UNSEEN).spread.mean() for r in (True, False))
    assert alike < apart / 2


@pytest.mark.slow
def test_the_same_generator_gives_the_same_model() -> None:
    first, again, other = (fitted(seed=seed).predict(UNSEEN).mean for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.slow
@pytest.mark.parametrize("labels", [2, 3, 6])
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_few_labels_are_learnt(labels: int, loss: str) -> None:
    prediction = fitted(labels=labels, loss=loss).predict(UNSEEN)
    assert np.isfinite(prediction.mean).all()
    assert np.isfinite(prediction.spread).all()


@pytest.mark.slow
@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_equal_values_are_predicted_again(loss: str) -> None:
    model = MLP(SPACE, np.random.default_rng(0), **QUICK, loss=loss)
    prediction = model.fit(UNSEEN[:30], [70.0] * 30).predict(UNSEEN)
    np.testing.assert_allclose(prediction.mean, 70, atol=0.5)


def test_labels_come_in_batches_of_at_least_two() -> None:
    # 21 labels in batches of 10: three of 7, not one of a single label.
    prediction = fitted(labels=21, batch=10, loss="pairwise-logistic").predict(UNSEEN)
    assert kendall_tau(prediction.mean, noisy(UNSEEN, 1)) > 0.3


def test_members_of_the_network_are_independent() -> None:
    generator = torch.Generator().manual_seed(0)
    network = Perceptron(members=3, widths=(5, 8), dropout=0.0, generator=generator)
    inputs = torch.randn((4, 5), generator=generator)
    scores = network(inputs)
    torch.testing.assert_close(network(inputs.expand(3, -1, -1)), scores)
    scores[1].sum().backward()
    for weight in network.parameters():
        assert weight.grad is not None
        assert (weight.grad[[0, 2]] == 0).all()
        assert (weight.grad[1] != 0).any()


@pytest.mark.parametrize(
    "settings",
    [
        {"members": 0},
        {"hidden": 0},
        {"layers": -1},
        {"dropout": 1.0},
        {"steps": 0},
        {"batch": 1},
        {"learning_rate": 0.0},
        {"weight_decay": -1.0},
    ],
)
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    name, value = next(iter(settings.items()))
    with pytest.raises(SettingsError, match=f"{name}={value}"):
        MLP(SPACE, np.random.default_rng(0), **settings).check()


@pytest.mark.parametrize("settings", [{"loss": "mse"}, {"target": "min-max"}, {"columns": "all"}])
def test_unknown_names_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(UnknownNameError, match=next(iter(settings.values()))):
        MLP(SPACE, np.random.default_rng(0), **settings).check()


def test_it_must_be_fitted_first() -> None:
    model = MLP(SPACE, np.random.default_rng(0))
    with pytest.raises(SettingsError, match="fit first"):
        model.predict(UNSEEN)


def test_is_found_by_name_and_can_be_linear() -> None:
    made = make_predictor("mlp", SPACE, np.random.default_rng(0), layers=0, **QUICK)
    assert isinstance(made, MLP)
    prediction = made.fit(UNSEEN[:100], noisy(UNSEEN[:100])).predict(UNSEEN)
    assert kendall_tau(prediction.mean, noisy(UNSEEN, 1)) > 0.5
