"""The conformance kit passes what is right and catches each thing that is wrong."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors._parts.checks import guessed, labelled
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.testing import check_predictor
from archscout.testing.toy import ToySpace

SPACE = ToySpace()


class Ridge(Predictor):
    """Least squares on options, with the error on the labels as the spread: a good one."""

    weights: NDArray[np.float64] | None = None
    error = 0.0

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        rows, numbers = labelled(self.space, archs, values)
        self.space.choices([] if unlabeled is None else unlabeled)
        return self.learn(rows, numbers)

    def learn(self, rows: NDArray[np.int8], numbers: NDArray[np.float64]) -> Any:
        marks = self.marks(rows)
        gram = marks.T @ marks + 0.1 * np.eye(marks.shape[1])
        self.weights = np.linalg.solve(gram, marks.T @ numbers)
        self.error = float((marks @ self.weights - numbers).std())
        return self

    def marks(self, archs: Any) -> NDArray[np.float64]:
        rows = self.space.choices(archs)
        return np.asarray(self.space.encode(rows, "onehot"), dtype=np.float64)

    def predict(self, archs: Any) -> Prediction:
        if self.weights is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        mean = self.marks(archs) @ self.weights
        return Prediction(mean, np.full(len(mean), self.error))


def check(kind: Any) -> None:
    check_predictor(kind, SPACE, np.random.default_rng(0), labels=8)


def test_a_good_predictor_passes() -> None:
    check(Ridge)
    check_predictor(Ridge, load_space("nasbench201"), np.random.default_rng(1))


@pytest.mark.parametrize("labels", [3, 200])
def test_too_few_labels_or_too_small_a_space_for_the_kit(labels: int) -> None:
    with pytest.raises(SettingsError, match=f"labels={labels}"):
        check_predictor(Ridge, SPACE, np.random.default_rng(0), labels=labels)


class ReturnsNothing(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        super().fit(archs, values, unlabeled)


class PredictsUnfitted(Ridge):
    def predict(self, archs: Any) -> Prediction:
        if self.weights is None:
            return Prediction(np.zeros(len(archs)), np.zeros(len(archs)))
        return super().predict(archs)


class Tuples(Ridge):
    def predict(self, archs: Any) -> Any:
        return tuple(super().predict(archs))


class Columns(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean[:, None], spread)


class Single(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean.astype(np.float32), spread)  # type: ignore[arg-type]


class NegativeSpread(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean, -spread - 1)


class DividesBySpread(Ridge):
    def learn(self, rows: NDArray[np.int8], numbers: NDArray[np.float64]) -> Any:
        with np.errstate(all="ignore"):
            return super().learn(rows, (numbers - numbers.mean()) / np.ptp(numbers))


class NeedsUnlabelled(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        assert len(unlabeled) > 0
        return super().fit(archs, values, unlabeled)


class OwnSeed(Ridge):
    def learn(self, rows: NDArray[np.int8], numbers: NDArray[np.float64]) -> Any:
        return super().learn(rows, numbers + np.random.default_rng().normal(size=len(numbers)))


class GlobalNumpy(Ridge):
    def learn(self, rows: NDArray[np.int8], numbers: NDArray[np.float64]) -> Any:
        np.random.random()  # noqa: NPY002 - the fault to be found
        return super().learn(rows, numbers)


class GlobalRandom(Ridge):
    def predict(self, archs: Any) -> Prediction:
        random.random()
        return super().predict(archs)


class GlobalTorch(Ridge):
    def learn(self, rows: NDArray[np.int8], numbers: NDArray[np.float64]) -> Any:
        import torch

        torch.rand(1)
        return super().learn(rows, numbers)


class DropoutStaysOn(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean + self.rng.normal(size=len(mean)), spread)


class RanksTheBatch(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean.argsort().argsort().astype(np.float64), spread)


class BatchNorm(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean - (mean.mean() if len(mean) else 0), spread)


class ByPlace(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean + np.arange(len(mean)), spread)


class AllowsNan(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        return super().fit(archs, np.nan_to_num(np.asarray(values, dtype=np.float64)), unlabeled)


class CutsToShortest(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        return super().fit(archs[: len(values)], values, unlabeled)


class AllowsOneLabel(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        rows, numbers = labelled(self.space, archs, values, minimum=1)
        self.space.choices([] if unlabeled is None else unlabeled)
        return self.learn(rows, numbers)


class IgnoresUnlabelled(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        return super().fit(archs, values)


class RaisesOtherErrors(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        if len(archs) < 2:
            raise IndexError("list index out of range")
        return super().fit(archs, values, unlabeled)


class RaisesWithoutWords(Ridge):
    def predict(self, archs: Any) -> Prediction:
        if self.weights is None:
            raise SettingsError
        return super().predict(archs)


class NoDuplicates(Ridge):
    def learn(self, rows: NDArray[np.int8], numbers: NDArray[np.float64]) -> Any:
        assert len(np.unique(rows, axis=0)) == len(rows), "an architecture came twice"
        return super().learn(rows, numbers)


class NoOverlap(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        super().fit(archs, values, unlabeled)
        known = set(map(tuple, self.space.choices(archs).tolist()))
        others = self.space.choices([] if unlabeled is None else unlabeled).tolist()
        assert not known & set(map(tuple, others)), "an architecture is on both sides"
        return self


class TakesAnyPseudoLabel(Ridge):
    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Any:
        return self.fit(archs, values)


class ForgetsToCheckPseudo(Ridge):
    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Any:
        guessed(np.nan_to_num(pseudo), len(unlabeled))
        return self.fit(archs, values)


class CentresInPlace(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        super().fit(archs, values, unlabeled)
        if isinstance(unlabeled, np.ndarray):
            unlabeled[:] = unlabeled[::-1].copy()
        return self


class TextForm(Ridge):
    def predict(self, archs: Any) -> Prediction:
        mean, spread = super().predict(archs)
        return Prediction(mean + (0 if isinstance(archs, np.ndarray) else 1), spread)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (ReturnsNothing, "did not return the predictor itself"),
        (PredictsUnfitted, "predict before fit gave"),
        (Tuples, "expected a Prediction"),
        (Columns, "has shape"),
        (Single, "no array of float64"),
        (NegativeSpread, "a spread is negative"),
        (DividesBySpread, "not finite"),
        (NeedsUnlabelled, "NoneType"),
        (OwnSeed, "differ"),
        (GlobalNumpy, "global random"),
        (GlobalRandom, "global random"),
        (GlobalTorch, "global random"),
        (DropoutStaysOn, "differently|other numbers"),
        (RanksTheBatch, "others of the batch"),
        (BatchNorm, "others of the batch"),
        (ByPlace, "order of the batch"),
        (AllowsNan, "fit with a value of NaN gave"),
        (CutsToShortest, "one value too few gave"),
        (AllowsOneLabel, "fit with one label gave"),
        (IgnoresUnlabelled, "unlabelled architecture of another space gave"),
        (RaisesOtherErrors, "raised IndexError"),
        (RaisesWithoutWords, "without a message"),
        (NoDuplicates, "came twice"),
        (NoOverlap, "on both sides"),
        (TakesAnyPseudoLabel, "one pseudo-label too few gave"),
        (ForgetsToCheckPseudo, "pseudo-label of NaN gave"),
        (CentresInPlace, "changed an array|differs from one from arrays"),
        (TextForm, "architectures and their choices"),
    ],
)
def test_broken_predictors_are_caught(broken: type[Predictor], words: str) -> None:
    import torch  # noqa: F401 - so that its state is watched

    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return broken(space, rng)

    with pytest.raises((AssertionError, TypeError), match=words):
        check(make)
