"""Forests: what they learn, in which unit, and how they treat bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archscout.errors import ParseError, SettingsError, UnknownNameError
from archscout.predictors import list_predictors, make_predictor
from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors.forest import Forest
from archscout.spaces import load_space
from archscout.stats import kendall_tau

SPACE = load_space("nasbench201")


def longest_convolutions(choices: np.ndarray) -> np.ndarray:
    """A value that a graph decides: 60 and more percent, by convolutions on the way."""
    expected = 60 + 5.0 * (choices == 3).sum(axis=1) + 10.0 * (choices[:, 3] > 0)
    return expected - 40.0 * (choices[:, 3:] == 0).all(axis=1)


def fitted(labels: int = 100, seed: int = 0, **settings: Any) -> Forest:
    choices = SPACE.sample_choices(np.random.default_rng(5), labels)
    forest = Forest(SPACE, np.random.default_rng(seed), **{"trees": 40, **settings})
    return forest.fit(choices, longest_convolutions(choices))


@pytest.mark.parametrize("kind", ["extra", "random"])
def test_ranks_unseen_cells_in_the_unit_of_the_labels(kind: str) -> None:
    unseen = SPACE.sample_choices(np.random.default_rng(6), 400)
    prediction = fitted(kind=kind).predict(unseen)
    assert kendall_tau(prediction.mean, longest_convolutions(unseen)) > 0.6
    assert 15 <= prediction.mean.min() <= prediction.mean.max() <= 100
    assert prediction.spread.min() >= 0
    assert prediction.spread.mean() > 0.5


def test_spread_is_zero_where_all_trees_have_seen_the_label() -> None:
    choices = np.unique(SPACE.sample_choices(np.random.default_rng(5), 60), axis=0)
    values = np.arange(len(choices), dtype=np.float64)
    forest = Forest(SPACE, np.random.default_rng(0), trees=20, one_hot=True).fit(choices, values)
    seen = forest.predict(choices)
    np.testing.assert_allclose(seen.mean, values, atol=1e-6)
    np.testing.assert_allclose(seen.spread, 0, atol=1e-6)


def test_spread_is_the_deviation_of_the_trees_values() -> None:
    forest = fitted(trees=7)
    cells = SPACE.sample_choices(np.random.default_rng(7), 50)
    columns = forest._features.encode(cells)
    values = np.array([value[tree.apply(columns)] for tree, _, value in forest.trees_])
    np.testing.assert_allclose(forest.predict(cells).spread, values.std(axis=0), atol=1e-9)


def test_the_same_generator_gives_the_same_forest() -> None:
    cells = SPACE.sample_choices(np.random.default_rng(7), 50)
    first, again, other = (fitted(seed=seed).predict(cells).mean for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_prediction_does_not_depend_on_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    forest, whole = fitted(), SPACE.all_choices()
    rows = [3, 700, 15_599]
    alone = forest.predict(whole[rows])
    monkeypatch.setattr("archscout.predictors.forest._BLOCK", 6_000)
    together = forest.predict(whole)
    np.testing.assert_array_equal(together.mean[rows], alone.mean)
    np.testing.assert_array_equal(together.spread[rows], alone.spread)


def test_the_kept_columns_are_those_of_the_cells() -> None:
    shuffled = np.random.default_rng(0).permutation(SPACE.all_choices())
    features = CellFeatures(SPACE)
    first = features.encode(shuffled)
    some = features.encode(shuffled[50:60])
    np.testing.assert_array_equal(some, first[50:60])
    np.testing.assert_array_equal(some, CellFeatures(SPACE).encode(shuffled[50:60]))


def test_one_hot_marks_stand_beside_graphs_as_written_only_unless_asked_for() -> None:
    written = load_space("nasbench101")
    assert CellFeatures(written).one_hot
    assert not CellFeatures(SPACE).one_hot
    cells = SPACE.sample_choices(np.random.default_rng(0), 5)
    plain, marked = CellFeatures(SPACE).encode(cells), CellFeatures(SPACE, True).encode(cells)
    np.testing.assert_array_equal(marked[:, : plain.shape[1]], plain)
    np.testing.assert_array_equal(marked[:, plain.shape[1] :], SPACE.encode(cells, "onehot"))


def test_learns_nasbench101() -> None:
    space, rng = load_space("nasbench101"), np.random.default_rng(0)
    cells = space.sample_choices(rng, 300)
    convolutions = (cells[:, 21:] == 1).sum(axis=1)
    forest = Forest(space, rng, trees=30).fit(cells[:150], convolutions[:150])
    assert kendall_tau(forest.predict(cells[150:]).mean, convolutions[150:]) > 0.5


@pytest.mark.parametrize("labels", [2, 3])
def test_few_labels_and_equal_values_are_learnt(labels: int) -> None:
    cells = SPACE.sample_choices(np.random.default_rng(0), labels)
    prediction = Forest(SPACE, np.random.default_rng(0)).fit(cells, [70.0] * labels).predict(cells)
    np.testing.assert_allclose(prediction.mean, 70)
    np.testing.assert_allclose(prediction.spread, 0, atol=1e-12)


def test_two_values_of_one_cell_are_averaged() -> None:
    cells = np.array([[3] * 6, [3] * 6, [0] * 6])
    prediction = Forest(SPACE, np.random.default_rng(0)).fit(cells, [90.0, 92.0, 10.0])
    mean = prediction.predict(cells).mean
    assert 90 <= mean[0] == mean[1] <= 92


def test_bad_input_is_refused() -> None:
    forest, cells = Forest(SPACE, np.random.default_rng(0)), SPACE.all_choices()[:3]
    with pytest.raises(SettingsError, match="fit first"):
        forest.predict(cells)
    with pytest.raises(SettingsError, match="finite"):
        forest.fit(cells, [1.0, float("nan"), 2.0])
    with pytest.raises(SettingsError, match="2 or more"):
        forest.fit(cells[:1], [1.0])
    with pytest.raises(ParseError):
        forest.fit(load_space("nasbench101").sample(np.random.default_rng(0), 3), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("settings", [{"trees": 0}, {"columns_tried": 0}, {"smallest_leaf": 0}])
def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(settings))):
        Forest(SPACE, np.random.default_rng(0), **settings).check()


def test_names() -> None:
    assert list_predictors("*forest") == ["forest", "random-forest"]
    made = make_predictor("random-forest", SPACE, np.random.default_rng(0), trees=3)
    assert isinstance(made, Forest)
    assert made.kind == "random"
    with pytest.raises(UnknownNameError, match="extra"):
        make_predictor("forest", SPACE, np.random.default_rng(0), kind="extr")
