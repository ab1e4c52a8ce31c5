"""Ensembles of any predictor: who learns from what, and how means and spreads are joined."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors import Posterior, Predictor, make_predictor
from archscout.predictors.forest import Forest
from archscout.predictors.mlp import MLP
from archscout.predictors.wrappers._ensemble import Ensemble, resampled_rows
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.stats import kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

SPACE = load_space("nasbench201")
CELLS = SPACE.sample_choices(np.random.default_rng(0), 300)
WORTH = 70 + 3.0 * (CELLS == 3).sum(axis=1) + np.random.default_rng(1).normal(size=300)


class Remembering(Predictor):
    """Predicts the mean of its labels, and remembers what it was given."""

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Self:
        self.archs, self.values, self.unlabeled = archs, np.asarray(values), unlabeled
        return self

    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Self:
        self.values, self.unlabeled, self.pseudo = np.asarray(values), unlabeled, pseudo
        return self

    def predict(self, archs: Any) -> Posterior:
        return Posterior(np.full(len(archs), self.values.mean()), np.full(len(archs), 2.0))


def remembering(**settings: Any) -> Ensemble:
    return Ensemble(SPACE, np.random.default_rng(0), make=Remembering, **settings)


def small_forest(space: SearchSpace, rng: np.random.Generator) -> Predictor:
    return Forest(space, rng, trees=4)


@pytest.mark.parametrize("resample", ["leave-out", "bootstrap", "none"])
def test_keeps_the_contract(resample: Any) -> None:
    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return Ensemble(space, rng, make=small_forest, members=3, resample=resample)

    check_predictor(make, ToySpace(), np.random.default_rng(0), labels=8)


def test_each_label_is_left_out_by_one_member() -> None:
    rows = resampled_rows(np.random.default_rng(0), 23, 5, "leave-out")
    assert (np.bincount(np.concatenate(rows)) == 4).all()
    assert all(len(np.unique(kept)) == len(kept) >= 18 for kept in rows)


@pytest.mark.parametrize("labels", [2, 3, 40])
def test_a_bootstrap_draws_as_many_and_two_different_ones(labels: int) -> None:
    rng = np.random.default_rng(0)
    for kept in resampled_rows(rng, labels, 200, "bootstrap"):
        assert len(kept) == labels
        assert len(np.unique(kept)) >= 2
        assert 0 <= kept.min() <= kept.max() < labels


@pytest.mark.parametrize(("labels", "resample"), [(5, "leave-out"), (50, "none")])
def test_few_labels_and_none_give_all_to_all(labels: int, resample: str) -> None:
    for kept in resampled_rows(np.random.default_rng(0), labels, 3, resample):
        assert kept.tolist() == list(range(labels))


@pytest.mark.parametrize("resample", ["leave-out", "bootstrap"])
def test_members_get_labels_with_their_values_and_all_that_is_unlabeled(resample: Any) -> None:
    model = remembering(resample=resample).fit(CELLS[:50], np.arange(50.0), CELLS[50:])
    seen = [member.values for member in model.predictors]  # type: ignore[attr-defined]
    assert len({values.tobytes() for values in seen}) == 5
    for member, values in zip(model.predictors, seen, strict=True):
        np.testing.assert_array_equal(member.archs, CELLS[values.astype(int)])  # type: ignore[attr-defined]
        assert len(member.unlabeled) == 250  # type: ignore[attr-defined]


def test_mean_and_spread_are_those_of_the_mixture() -> None:
    model = remembering(members=4).fit(CELLS, WORTH)
    means = np.array([member.values.mean() for member in model.predictors])  # type: ignore[attr-defined]
    prediction = model.predict(CELLS[:3])
    np.testing.assert_allclose(prediction.mean, means.mean())
    np.testing.assert_allclose(prediction.spread, np.sqrt(4.0 + means.var()))
    np.testing.assert_allclose(prediction.draws(1), np.tile(means[:, None], 3))


def test_pseudo_labels_keep_the_members_apart() -> None:
    model = remembering(members=3).fit(CELLS[:60], WORTH[:60])
    before = model.predict(CELLS[60:65]).draws(1)
    labels = [member.values for member in model.predictors]  # type: ignore[attr-defined]
    model.fit_pseudo(CELLS[:60], WORTH[:60], CELLS[60:65], np.full(5, 80.0))
    guesses = np.stack([member.pseudo for member in model.predictors])  # type: ignore[attr-defined]
    np.testing.assert_allclose(guesses.mean(axis=0), 80)
    np.testing.assert_allclose(guesses - 80, before - before.mean(axis=0), atol=1e-9)
    for member, values in zip(model.predictors, labels, strict=True):
        np.testing.assert_array_equal(member.values, values)  # type: ignore[attr-defined]
    model.fit_pseudo(CELLS[:40], WORTH[:40], CELLS[60:65], np.full(5, 80.0))
    assert all(len(member.values) <= 27 for member in model.predictors)  # type: ignore[attr-defined]


def test_ranks_better_than_its_members_do_on_average() -> None:
    model = Ensemble(SPACE, np.random.default_rng(0), make=small_forest, members=8)
    model.fit(CELLS[:100], WORTH[:100])
    prediction = model.predict(CELLS[100:])
    alone = [kendall_tau(row, WORTH[100:]) for row in prediction.draws(1)]
    assert kendall_tau(prediction.mean, WORTH[100:]) > np.mean(alone) + 0.02


def test_is_found_before_a_name_and_holds_perceptrons_alone() -> None:
    made = make_predictor("ensemble:forest", SPACE, np.random.default_rng(0), members=2)
    assert isinstance(made, Ensemble)
    assert [type(member) for member in made.predictors] == [Forest, Forest]
    assert isinstance(Ensemble(SPACE, np.random.default_rng(0)).predictors[0], MLP)


def test_bad_use_is_refused() -> None:
    rng: np.random.Generator = np.random.default_rng(0)
    with pytest.raises(SettingsError, match="members=1"):
        Ensemble(SPACE, rng, members=1).check()
    with pytest.raises(UnknownNameError, match="bootstrap"):
        Ensemble(SPACE, rng, resample="bootstraps").check()  # type: ignore[arg-type]
    nothing: NDArray[np.float64] = np.zeros(3)
    for ask in (
        lambda: remembering().predict(CELLS[:3]),
        lambda: remembering().fit_pseudo(CELLS[:9], WORTH[:9], CELLS[:3], nothing),
    ):
        with pytest.raises(SettingsError, match="fit first"):
            ask()
