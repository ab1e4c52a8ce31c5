"""Pseudo-labels are tried before they are used, and the audit says what came of it."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors import Posterior, Predictor
from archscout.predictors._parts.presets import Preset
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.predictors.wrappers._pseudo_labels import PseudoLabels, chance_tau
from archscout.spaces.base import SearchSpace
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ROWS = np.random.default_rng(0).permutation(SPACE.all_choices())
COLUMNS = {
    "round", "pseudo_labels", "pseudo_spread", "tau_before", "tau_after", "stopped", "seconds",
}  # fmt: skip


class Told(Predictor):
    """Predicts what a table says; counts what it is asked to do."""

    # Quality of the predictions before pseudo-labels, and how much each round of them adds.
    quality, gain = 1.0, 0.0

    def __init__(self, space: SearchSpace, rng: np.random.Generator) -> None:
        super().__init__(space, rng)
        self.now = self.quality
        self.calls: list[str] = []
        self.given: list[NDArray[np.float64]] = []
        self.noise = rng.normal(size=(8, 8))

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Told:
        self.calls.append("fit" if unlabeled is None else f"fit with {len(unlabeled)}")
        self.now = self.quality
        return self

    def fit_pseudo(self, archs: Any, values: Any, unlabeled: Any, pseudo: Any) -> Told:
        self.calls.append(f"pseudo with {len(unlabeled)}")
        self.given.append(np.array(pseudo))
        self.now += self.gain
        return self

    def predict(self, archs: Any) -> Posterior:
        rows = self.space.as_choices(archs).astype(np.int64)
        noise = np.sin(1e4 * self.noise[rows[:, 0], rows[:, 1]] * (rows[:, 2] * 2 + rows[:, 3] + 1))
        mean = self.now * truth(rows) + (1 - self.now) * 4 * noise
        return Posterior(mean, np.zeros(len(rows)))


def truth(rows: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(rows @ np.array([1.0, 0.31, 0.57, 0.11]))


def told(quality: float, gain: float = 0.0) -> type[Told]:
    return type("Told", (Told,), {"quality": quality, "gain": gain})


def fitted(make: Any, labels: int = 40, **settings: Any) -> PseudoLabels:
    wrapped = PseudoLabels(SPACE, np.random.default_rng(0), make=make, **settings)
    return wrapped.fit(ROWS[:labels], truth(ROWS[:labels]), ROWS[labels:])


# --- the trial ----------------------------------------------------------------------------------
def test_pseudo_labels_that_help_are_used_for_all_rounds() -> None:
    wrapped = fitted(told(0.8, gain=0.06), rounds=3)
    assert wrapped.rounds_ == 3
    assert [row["round"] for row in wrapped.audit_] == [1, 2, 3]
    assert [row["stopped"] for row in wrapped.audit_] == ["", "", "every round helped"]
    taus = [(row["tau_before"], row["tau_after"]) for row in wrapped.audit_]
    for (_, after), (before, _) in itertools.pairwise(taus):
        assert before == after
    assert all(before < after for before, after in taus)
    assert wrapped.predictor.calls == ["fit with 65", *["pseudo with 65"] * 3]  # type: ignore[attr-defined]


def test_audit_rows_are_complete_and_plain() -> None:
    for wrapped in (
        fitted(told(0.8, gain=0.06), rounds=2),
        fitted(told(0.9, gain=-0.5), rounds=2),
        fitted(told(0.0)),
        fitted(told(1.0, gain=0.0), labels=6),
        fitted(told(1.0), judged=False, rounds=2),
        fitted(told(1.0), labels=105),
    ):
        assert wrapped.audit_
        for row in wrapped.audit_:
            assert set(row) == COLUMNS
            json.dumps(row, allow_nan=False)
        assert wrapped.audit_[-1]["stopped"]


def test_the_spread_of_the_pseudo_labels_is_recorded() -> None:
    row = fitted(told(1.0), gain=0.0).audit_[0]
    assert row["pseudo_labels"] == 65
    assert row["pseudo_spread"] == pytest.approx(truth(ROWS[40:]).std())
    untried = fitted(told(1.0), judged=False).audit_[0]
    assert untried["pseudo_spread"] == pytest.approx(truth(ROWS[40:]).std())


def test_a_sabotaged_predictor_stops_after_one_round_and_says_so() -> None:
    wrapped = fitted(told(0.0), rounds=5)
    assert wrapped.rounds_ == 0
    (row,) = wrapped.audit_
    assert row["round"] == 1
    assert row["tau_before"] < chance_tau(20)
    assert row["tau_after"] is None
    assert "no better than chance" in row["stopped"]
    assert wrapped.predictor.calls == ["fit with 65"]  # type: ignore[attr-defined]


def test_a_predictor_that_pseudo_labels_spoil_stops_and_says_so() -> None:
    wrapped = fitted(told(0.9, gain=-0.45), rounds=5)
    assert wrapped.rounds_ == 0
    (row,) = wrapped.audit_
    assert row["tau_after"] < row["tau_before"]
    assert row["stopped"].startswith("the held-out correlation fell from 0.")


def test_rounds_before_the_fall_are_used() -> None:
    class Tired(Told):
        quality = 0.75

        def fit_pseudo(self, *args: Any) -> Told:
            super().fit_pseudo(*args)
            self.now = 1.0 if len(self.given) == 1 else 0.2
            return self

    wrapped = fitted(Tired, rounds=5)
    assert wrapped.rounds_ == 1
    assert [row["stopped"][:8] for row in wrapped.audit_] == ["", "the held"]


def test_pseudo_labels_must_bring_a_gain() -> None:
    harmless = fitted(told(0.9))
    assert harmless.rounds_ == 0
    assert "rose only from 0." in harmless.audit_[0]["stopped"]
    assert fitted(told(1.0), gain=0.0).rounds_ == 1
    rise = told(0.8, gain=0.1)
    (row,) = fitted(rise, gain=0.0).audit_
    risen = row["tau_after"] - row["tau_before"]
    assert risen > 0
    assert fitted(rise, gain=risen - 0.001).rounds_ == 1
    assert fitted(rise, gain=risen + 0.001).rounds_ == 0


def test_trap_held_out_labels_are_hidden_from_the_trial() -> None:
    class Spy(Told):
        quality = 0.9
        fits: list[set[tuple[int, ...]]] = []  # noqa: RUF012
        asked: list[set[tuple[int, ...]]] = []  # noqa: RUF012

        def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Told:
            self.fits.append(set(map(tuple, archs.tolist())))
            assert np.array_equal(values, truth(archs)), "labels were mixed up"
            return super().fit(archs, values, unlabeled)

        def predict(self, archs: Any) -> Posterior:
            if len(archs) == 10:
                self.asked.append(set(map(tuple, archs.tolist())))
            return super().predict(archs)

    fitted(Spy, splits=2)
    first, second, whole = Spy.fits
    assert (len(first), len(second), len(whole)) == (30, 30, 40)
    assert first != second
    for learnt, asked in zip([first, second] * 2, Spy.asked, strict=True):
        assert not learnt & asked
        assert learnt | asked == whole


def test_unjudged_all_rounds_are_used_as_published() -> None:
    wrapped = fitted(told(0.0, gain=-1.0), judged=False, rounds=4)
    assert wrapped.rounds_ == 4
    assert wrapped.predictor.calls == ["fit with 65", *["pseudo with 65"] * 4]  # type: ignore[attr-defined]
    assert [row["round"] for row in wrapped.audit_] == [1, 2, 3, 4]
    assert [row["tau_after"] for row in wrapped.audit_] == [None] * 4
    assert wrapped.audit_[-1]["stopped"] == "every round is used, untried"


def test_trap_pseudo_labels_are_made_once_a_round() -> None:
    wrapped = fitted(told(0.8, gain=0.06), judged=False, rounds=2)
    first, second = wrapped.predictor.given  # type: ignore[attr-defined]
    assert not np.array_equal(first, second), "the second round must guess anew"


def test_labels_too_few_for_a_trial_use_none_and_try_again_next_time() -> None:
    wrapped = PseudoLabels(SPACE, np.random.default_rng(0), make=told(1.0), gain=0.0)
    for labels in (2, 5, 13):
        wrapped.fit(ROWS[:labels], truth(ROWS[:labels]), ROWS[40:])
        assert wrapped.rounds_ == 0
        assert wrapped.audit_[0]["stopped"].startswith(f"{labels} labels are too few")
    wrapped.fit(ROWS[:16], truth(ROWS[:16]), ROWS[40:])
    assert wrapped.rounds_ == 1


def test_a_share_that_leaves_nothing_to_learn_from_is_too_few_too() -> None:
    wrapped = fitted(told(1.0), labels=10, held_out=0.95)
    assert wrapped.rounds_ == 0
    assert "too few to hold 95% out" in wrapped.audit_[0]["stopped"]


def test_a_verdict_stands_until_the_labels_have_grown() -> None:
    wrapped = PseudoLabels(
        SPACE, np.random.default_rng(0), make=told(1.0), gain=0.0, trial_growth=2.0
    )
    tried = []
    for labels in (16, 20, 31, 32, 33, 64):
        wrapped.fit(ROWS[:labels], truth(ROWS[:labels]), ROWS[80:])
        tried.append(wrapped.audit_[0]["tau_before"] is not None)
        assert wrapped.rounds_ == 1
    assert tried == [True, False, False, True, False, True]
    wrapped.fit(ROWS[:70], truth(ROWS[:70]), ROWS[80:])
    assert wrapped.audit_[0]["stopped"] == "the trial with 64 labels stands"
    assert wrapped.audit_[0]["pseudo_labels"] == 25


def test_a_perfect_correlation_is_no_verdict_and_is_tried_again_with_more_labels() -> None:
    class Learning(Told):
        """Is sure of few labels, errs on many, and learns from pseudo-labels then."""

        gain = 0.3

        def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Told:
            super().fit(archs, values, unlabeled)
            self.now = 1.0 if len(archs) <= 17 else 0.7
            return self

    wrapped = PseudoLabels(SPACE, np.random.default_rng(0), make=Learning)
    tried = []
    for labels in (16, 16, 20, 25):
        wrapped.fit(ROWS[:labels], truth(ROWS[:labels]), ROWS[40:])
        tried.append((wrapped.rounds_, wrapped.audit_[0]["tau_before"]))
        if labels == 16 and len(tried) == 1:
            assert "leaves nothing to gain" in wrapped.audit_[0]["stopped"]
            assert wrapped.audit_[0]["pseudo_labels"] == 0
    assert tried[:2] == [(0, pytest.approx(1.0)), (0, None)], "the same labels cannot say more"
    assert tried[2] == (0, pytest.approx(1.0))
    rounds, before = tried[3]
    assert rounds == 1
    assert before is not None
    assert before < 0.98


def test_a_round_that_leaves_nothing_to_gain_is_used_and_stands() -> None:
    class Perfect(Told):
        quality, gain = 0.8, 0.2

    wrapped = fitted(Perfect, labels=20, rounds=3)
    assert wrapped.rounds_ == 1
    assert "leaves nothing to gain" in wrapped.audit_[-1]["stopped"]
    wrapped.fit(ROWS[:21], truth(ROWS[:21]), ROWS[40:])
    assert wrapped.audit_[-1]["stopped"] == "the trial with 20 labels stands"


def test_a_fit_without_unlabeled_architectures_does_not_change_the_verdict() -> None:
    wrapped = fitted(told(1.0), labels=20, gain=0.0)
    wrapped.fit(ROWS[:20], truth(ROWS[:20]))
    assert wrapped.rounds_ == 0
    assert wrapped.audit_[0]["stopped"] == "there are no unlabeled architectures"
    assert wrapped.predictor.calls[-1] == "fit"  # type: ignore[attr-defined]
    wrapped.fit(ROWS[:20], truth(ROWS[:20]), ROWS[20:])
    assert wrapped.rounds_ == 1


def test_constant_predictions_are_no_better_than_chance() -> None:
    class Constant(Told):
        def predict(self, archs: Any) -> Posterior:
            return Posterior(np.ones(len(archs)), np.zeros(len(archs)))

    wrapped = fitted(Constant)
    assert wrapped.rounds_ == 0
    assert "no better than chance" in wrapped.audit_[0]["stopped"]


# --- around real predictors -----------------------------------------------------------------------
class Ridge(Predictor):
    """Least squares on options; `fit_pseudo` is the contract's own."""

    fits = 0

    def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Ridge:
        marks = self.marks(archs)
        self.fits += 1
        gram = marks.T @ marks + 0.1 * np.eye(marks.shape[1])
        self.weights = np.linalg.solve(gram, marks.T @ np.asarray(values))
        return self

    def marks(self, archs: Any) -> NDArray[np.float64]:
        return np.asarray(self.space.encode(self.space.as_choices(archs)), dtype=np.float64)

    def predict(self, archs: Any) -> Posterior:
        return Posterior(self.marks(archs) @ self.weights, np.zeros(len(archs)))


def test_any_predictor_can_be_wrapped() -> None:
    wrapped = fitted(Ridge, rounds=2, gain=-0.5)
    assert wrapped.rounds_ == 2
    assert isinstance(wrapped.predictor, Ridge)
    assert wrapped.predictor.fits == 3, "one fit, and the contract's fit_pseudo twice"
    assert np.corrcoef(wrapped.predict(ROWS).mean, truth(ROWS))[0, 1] > 0.9


def test_the_default_is_the_fast_encoder_predictor_decoder(
    small_presets: None, flow: Preset
) -> None:
    wrapped = PseudoLabels(SPACE, np.random.default_rng(0))
    assert isinstance(wrapped.predictor, EncoderPredictorDecoder)
    assert wrapped.predictor._preset == flow
    wrapped.fit(ROWS[:40], truth(ROWS[:40]), ROWS[40:])
    assert wrapped.predictor.steps_ == flow.steps_first + wrapped.rounds_ * flow.steps_more


@pytest.mark.parametrize(
    "settings",
    [{"rounds": 0}, {"splits": 0}, {"held_out": 0.0}, {"held_out": 1.0}, {"trial_growth": 0.5}],
)
def test_settings_out_of_range(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(settings))):
        PseudoLabels(SPACE, np.random.default_rng(0), make=Ridge, **settings).check()


@pytest.mark.slow
def test_one_in_twenty_random_rankings_exceeds_chance() -> None:
    from scipy.stats import kendalltau

    rng = np.random.default_rng(0)
    for n in (8, 20):
        taus = [kendalltau(rng.permutation(n), np.arange(n)).statistic for _ in range(600)]
        assert 0.02 < np.mean(np.array(taus) > chance_tau(n)) < 0.09
