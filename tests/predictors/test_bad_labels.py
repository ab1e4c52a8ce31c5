"""What labels may look like in a bad table: few, equal, failed, contradicting, of another space.

The conformance kit asks the same of every registered name; here are the wrapped ones, and what
the predictions must then be.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import ParseError, SettingsError
from archscout.predictors import WRAPPERS, make_predictor
from archscout.predictors.base import Predictor
from archscout.predictors.forest import Forest
from archscout.spaces import load_space

CELLS = load_space("nasbench201")
OTHER = load_space("nasbench101")
NAMES = [
    "forest",
    "boosting",
    "gaussian-process",
    *(f"{wrapper}:forest" for wrapper in WRAPPERS.names()),
    "conformal:pseudo:forest",
]


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Forest.__init__.__kwdefaults__, "trees", 8)


def new(name: str) -> Predictor:
    return make_predictor(name, CELLS, np.random.default_rng(0))


def drawn(count: int) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    cells = np.unique(CELLS.sample_choices(np.random.default_rng(1), 4 * count), axis=0)
    cells = np.random.default_rng(2).permutation(cells)[:count]
    return cells, 70.0 + 3.0 * (cells == 3).sum(axis=1)


@pytest.mark.parametrize("name", NAMES)
class TestBadLabels:
    @pytest.mark.slow
    @pytest.mark.parametrize("count", [2, 3, 5])
    def test_too_few_for_a_fold_are_learnt_without_one(self, name: str, count: int) -> None:
        cells, values = drawn(count)
        others, _ = drawn(40)
        predicted = new(name).fit(cells, values, others[20:]).predict(others)
        assert np.isfinite(predicted.mean).all()
        assert np.isfinite(predicted.spread).all()

    def test_one_label_is_refused(self, name: str) -> None:
        cells, values = drawn(1)
        with pytest.raises(SettingsError, match="got 1 label") as raised:
            new(name).fit(cells, values)
        assert "\n" not in str(raised.value)

    @pytest.mark.slow
    def test_equal_values_are_predicted_everywhere(self, name: str) -> None:
        cells, _ = drawn(40)
        fitted = new(name).fit(cells[:20], np.full(20, 93.7), cells[20:])
        np.testing.assert_allclose(fitted.predict(cells).mean, 93.7, atol=1e-6)

    @pytest.mark.parametrize("wrong", [np.nan, np.inf])
    def test_failed_labels_are_refused(self, name: str, wrong: float) -> None:
        cells, values = drawn(20)
        values[7] = wrong
        with pytest.raises(SettingsError, match=r"value 7 is (nan|inf)"):
            new(name).fit(cells, values)

    @pytest.mark.slow
    def test_contradicting_labels_are_met_between(self, name: str) -> None:
        cells, values = drawn(30)
        twice = np.concatenate([cells, cells])
        both = np.concatenate([values - 4.0, values + 4.0])
        mean = new(name).fit(twice, both).predict(cells).mean
        assert (mean >= both.min()).all()
        assert (mean <= both.max()).all()
        assert np.abs(mean - values).mean() < 3.0
        assert np.corrcoef(mean, values)[0, 1] > 0.8

    @pytest.mark.slow
    def test_an_unlabeled_pool_that_overlaps_keeps_the_labels(self, name: str) -> None:
        cells, values = drawn(40)
        settings = {"judged": False} if name.startswith("pseudo") else {}
        predictor = make_predictor(name, CELLS, np.random.default_rng(0), **settings)
        predictor.fit(cells[:20], values[:20], np.concatenate([cells, cells[:9]]))
        mean = predictor.predict(cells[:20]).mean
        assert np.corrcoef(mean, values[:20])[0, 1] > 0.85

    @pytest.mark.slow
    def test_another_space_is_refused(self, name: str) -> None:
        cells, values = drawn(20)
        strangers = OTHER.sample(np.random.default_rng(0), 20)
        for archs, others in ((strangers, None), (cells, strangers)):
            with pytest.raises(ParseError, match=r"another space|of space 'nasbench101'"):
                new(name).fit(archs, values, others)
        fitted = new(name).fit(cells, values)
        with pytest.raises(ParseError, match="of space 'nasbench101'"):
            fitted.predict(strangers)
