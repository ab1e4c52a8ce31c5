"""The conformance kit passes what is right and catches each thing that is wrong."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors import Posterior, Predictor
from archscout.predictors._parts.checks import check_labels
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


class Ridge(Predictor):
    """Least squares on options, with the error on the labels as the spread: a good one."""

    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        marks = self.marks(choices)
        gram = marks.T @ marks + 0.1 * np.eye(marks.shape[1])
        self.weights_ = np.linalg.solve(gram, marks.T @ values)
        self.error_ = float((marks @ self.weights_ - values).std())

    def marks(self, choices: Any) -> NDArray[np.float64]:
        return np.asarray(self.space.encode(choices, "onehot"), dtype=np.float64)

    def _predict(self, choices: Any) -> Any:
        mean = self.marks(choices) @ self.weights_
        return Posterior(mean, np.full(len(mean), self.error_))


class OldStyle(Predictor):
    """One that writes `fit` and `predict` themselves, and returns a pair."""

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        _, numbers = check_labels(self.space, archs, values)
        self.space.as_choices([] if unlabeled is None else unlabeled)
        self.mean_ = float(numbers.mean())
        return self

    def predict(self, archs: Any) -> Any:
        if not hasattr(self, "mean_"):
            raise SettingsError("call fit first")
        rows = self.space.as_choices(archs)
        return np.full(len(rows), self.mean_), np.zeros(len(rows))


def check(kind: Any) -> None:
    check_predictor(kind, SPACE, np.random.default_rng(0), labels=8)


def test_a_good_predictor_passes() -> None:
    check(Ridge)
    check_predictor(Ridge, load_space("nasbench201"), np.random.default_rng(1))


def test_a_predictor_that_writes_the_public_methods_and_gives_pairs_passes() -> None:
    check(OldStyle)


@pytest.mark.parametrize("labels", [3, 200])
def test_too_few_labels_or_too_small_a_space_for_the_kit(labels: int) -> None:
    with pytest.raises(SettingsError, match=f"labels={labels}"):
        check_predictor(Ridge, SPACE, np.random.default_rng(0), labels=labels)


class ReturnsNothing(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        super().fit(archs, values, unlabeled)


class PredictsUnfitted(Ridge):
    def predict(self, archs: Any) -> Any:
        if not self._fitted:
            return np.zeros(len(archs)), np.zeros(len(archs))
        return super().predict(archs)


class Triples(Ridge):
    def _predict(self, choices: Any) -> Any:
        return (*super()._predict(choices), None)


class Columns(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return mean[:, None], spread


class OneTooMany(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return np.append(mean, 0.0), np.append(spread, 0.0)


class NegativeSpread(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return mean, -spread - 1


class DividesBySpread(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        with np.errstate(all="ignore"):
            super()._fit(choices, (values - values.mean()) / np.ptp(values), unlabeled)


class NeedsUnlabeled(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        assert len(unlabeled) > 0, "there are no unlabeled ones"
        super()._fit(choices, values, unlabeled)


class OwnSeed(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        noise = np.random.default_rng().normal(size=len(values))
        super()._fit(choices, values + noise, unlabeled)


class GlobalNumpy(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        np.random.random()  # noqa: NPY002 - the fault to be found
        super()._fit(choices, values, unlabeled)


class GlobalRandom(Ridge):
    def _predict(self, choices: Any) -> Any:
        random.random()
        return super()._predict(choices)


class GlobalTorch(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        import torch

        torch.rand(1)
        super()._fit(choices, values, unlabeled)


class DropoutStaysOn(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return mean + self.rng.normal(size=len(mean)), spread


class RanksTheBatch(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return mean.argsort().argsort(), spread


class BatchNorm(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return mean - (mean.mean() if len(mean) else 0), spread


class ByPlace(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return mean + np.arange(len(mean)), spread


class AllowsNan(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        return super().fit(archs, np.nan_to_num(np.asarray(values, dtype=np.float64)), unlabeled)


class CutsToShortest(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        return super().fit(archs[: len(values)], values, unlabeled)


class AllowsOneLabel(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        if len(archs) == len(values) == 1:
            archs, values = np.repeat(archs, 2, axis=0), np.repeat(values, 2)
        return super().fit(archs, values, unlabeled)


class IgnoresUnlabeled(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        return super().fit(archs, values)


class RaisesOtherErrors(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        if len(archs) < 2:
            raise IndexError("list index out of range")
        return super().fit(archs, values, unlabeled)


class RaisesWithoutWords(Ridge):
    def predict(self, archs: Any) -> Any:
        if not self._fitted:
            raise SettingsError
        return super().predict(archs)


class NoDuplicates(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        assert len(np.unique(choices, axis=0)) == len(choices), "an architecture came twice"
        super()._fit(choices, values, unlabeled)


class NoOverlap(Ridge):
    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        super()._fit(choices, values, unlabeled)
        known = set(map(tuple, choices.tolist()))
        both = known & set(map(tuple, unlabeled.tolist()))
        assert not both, "an architecture is on both sides"


class TakesAnyPseudoLabel(Ridge):
    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Any:
        return self.fit(archs, values)


class ForgetsToCheckPseudo(Ridge):
    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Any:
        return super().fit_pseudo(archs, values, unlabeled, np.nan_to_num(pseudo))


class CentresInPlace(Ridge):
    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        super().fit(archs, values, unlabeled)
        if isinstance(unlabeled, np.ndarray):
            unlabeled[:] = unlabeled[::-1].copy()
        return self


class TextForm(Ridge):
    def predict(self, archs: Any) -> Any:
        mean, spread = super().predict(archs)
        return mean + (0 if isinstance(archs, np.ndarray) else 1), spread


class StoresOtherNames(Ridge):
    def __init__(self, space: SearchSpace, rng: np.random.Generator, penalty: float = 0.1) -> None:
        super().__init__(space, rng)
        self._penalty = penalty


class LearnsEarly(Ridge):
    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        super().__init__(space, rng)
        self.weights_ = np.zeros(1)


class DrawsEarly(Ridge):
    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        super().__init__(space, rng)
        rng.random()


class OverwritesParameters(Ridge):
    def __init__(self, space: SearchSpace, rng: np.random.Generator, penalty: float = 0.1) -> None:
        super().__init__(space, rng)
        self.penalty = penalty

    def _fit(self, choices: Any, values: Any, unlabeled: Any) -> None:
        self.penalty = self.penalty / len(choices)
        super()._fit(choices, values, unlabeled)


class CopiesParameters(Ridge):
    def __init__(self, space: SearchSpace, rng: np.random.Generator, penalty: Any = (0.1,)) -> None:
        super().__init__(space, rng)
        self.penalty = [*penalty]


class LooksLater(Ridge):
    def _predict(self, choices: Any) -> Any:
        return Posterior.lazily(lambda: tuple(Ridge._predict(self, choices)))


class OneDraw(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return Posterior.lazily(lambda: (mean, spread), draw=lambda count, rng: mean)


class ScoresFall(Ridge):
    def _predict(self, choices: Any) -> Any:
        mean, spread = super()._predict(choices)
        return Posterior.lazily(
            lambda: (mean, spread),
            scores=lambda: Posterior(-mean, spread),
            to_scores=lambda values: -values,
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (ReturnsNothing, "did not return the predictor itself"),
        (PredictsUnfitted, "predict before fit gave"),
        (Triples, "expected a Posterior"),
        (Columns, "expected .n,. twice"),
        (OneTooMany, "has shape"),
        (NegativeSpread, "a spread is negative"),
        (DividesBySpread, "not finite"),
        (NeedsUnlabeled, "no unlabeled ones"),
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
        (IgnoresUnlabeled, "unlabeled architecture of another space gave"),
        (RaisesOtherErrors, "raised IndexError"),
        (RaisesWithoutWords, "without a message"),
        (NoDuplicates, "came twice"),
        (NoOverlap, "on both sides"),
        (TakesAnyPseudoLabel, "one pseudo-label too few gave"),
        (ForgetsToCheckPseudo, "pseudo-label of NaN gave"),
        (CentresInPlace, "changed an array|differs from one from arrays"),
        (TextForm, "architectures and their choices"),
        (StoresOtherNames, "no attribute of that name"),
        (LearnsEarly, "as if it had learnt"),
        (DrawsEarly, "the constructor draws"),
        (OverwritesParameters, "fit changes parameters"),
        (CopiesParameters, "a clone has other parameters"),
        (LooksLater, "a later fit changes"),
        (OneDraw, "expected .draws"),
        (ScoresFall, "does not rise"),
    ],
)
def test_broken_predictors_are_caught(broken: type[Predictor], words: str) -> None:
    import torch  # noqa: F401 - so that its state is watched

    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return broken(space, rng)

    with pytest.raises((AssertionError, TypeError), match=words):
        check(make)
