"""Strategies put together from any predictor, source and chooser, over the whole registry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError, UnknownNameError
from archscout.predictors._parts.presets import PRESETS
from archscout.predictors.forest import Forest
from archscout.predictors.wrappers._pseudo_labels import PseudoLabels
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.strategies import STRATEGIES, list_strategies, make_strategy
from archscout.strategies._guided import OnePredictor, guided
from archscout.strategies.predictor_guided import PredictorGuided
from archscout.testing._strategies import check_strategy
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
GUIDED = [name for name in list_strategies() if STRATEGIES[name].target.endswith("guided:guided")]
FEW = {"trees": 20}
# Settings with which a predictor learns in a moment, where its own take longer.
SMALL: dict[str, dict[str, Any]] = {
    "guided-forest": FEW,
    "guided-assessor": {"steps": 6, "members": 2},
    "offline-evolution": {"steps": 6},
}


def run(strategy: PredictorGuided, labels: int) -> list[float]:
    values: list[float] = []
    while len(values) < labels and (asked := strategy.ask()):
        told = [float(sum(arch.choices)) for arch in asked]
        strategy.tell(asked, told)
        values += told
    return values


def test_the_registry_has_what_the_papers_propose() -> None:
    assert {"guided", "weaknas", "arch2vec-bo", "seminas-evolution", "latent-ascent"} <= set(GUIDED)


@pytest.mark.slow
@pytest.mark.parametrize("name", GUIDED)
def test_every_guided_strategy_keeps_the_contract(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(PRESETS["fast"], members=2, hidden=8, steps_first=6, steps_more=2)
    monkeypatch.setitem(PRESETS, "fast", small)

    def make(space: SearchSpace, rng: np.random.Generator, pool: Any = None) -> Any:
        return make_strategy(
            name, space, rng, pool=pool, first=8, each=8, predictor_settings=SMALL.get(name)
        )

    check_strategy(make, SPACE, np.random.default_rng(0), labels=20)


@pytest.mark.slow
def test_the_default_finds_the_best_of_a_smooth_space_quickly() -> None:
    top = max(float(sum(row)) for row in SPACE.all_choices().tolist())
    labels = [
        run(guided(SPACE, np.random.default_rng(seed)), 30).index(top) + 1 for seed in range(5)
    ]
    # At random the best of 105 takes 53 labels.
    assert np.mean(labels) < 20


def test_it_says_what_it_learnt_from_and_what_it_expected() -> None:
    strategy = guided(
        SPACE, np.random.default_rng(0), predictor="forest", predictor_settings=FEW, each=2
    )
    run(strategy, 14)
    assert [row["taught_on"] for row in strategy.audit] == [10, 12]
    assert {row["predictor"] for row in strategy.audit} == {"Forest"}
    asked = strategy.ask()
    note = strategy.notes(asked[0])
    assert note["origin"] == "pool"
    assert note["spread"] >= 0
    assert np.isfinite(note["predicted"])


def test_a_predictor_that_is_taught_once_keeps_what_it_learnt() -> None:
    learner = OnePredictor(Forest(SPACE, np.random.default_rng(0), trees=5), relearn=False)
    rows = SPACE.all_choices()
    values = rows.sum(axis=1).astype(np.float64)
    first = learner.learn(rows[:10], values[:10], rows[:0], 0)
    before = learner.model.predict(rows).mean
    second = learner.learn(rows[:60], values[:60], rows[:0], 0)
    assert first["taught_on"] == second["taught_on"] == 10
    assert np.array_equal(learner.model.predict(rows).mean, before)


def test_unlabeled_architectures_reach_the_predictor() -> None:
    class Keeps(Forest):
        given: NDArray[np.int8] | None = None

        def fit(self, archs: Any, values: Any, unlabeled: Any = None) -> Any:
            self.given = unlabeled
            return super().fit(archs, values, unlabeled)

    rng = np.random.default_rng(0)
    strategy = guided(SPACE, rng, predictor="forest", unlabeled=30)
    strategy.learner = OnePredictor(Keeps(SPACE, rng, trees=5))
    run(strategy, 11)
    assert strategy.learner.model.given is not None  # type: ignore[attr-defined]
    assert len(strategy.learner.model.given) == 30  # type: ignore[attr-defined]


@pytest.mark.slow
def test_wrapped_predictors_can_guide_too() -> None:
    strategy = guided(
        load_space("nasbench201"), np.random.default_rng(0), predictor="conformal:forest"
    )
    assert len(run(strategy, 12)) == 12


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"predictor": "florest"}, "did you mean 'forest'"),
        ({"predictor": "psudo:forest"}, "did you mean 'pseudo'"),
        ({"candidates": "pol"}, "did you mean 'pool'"),
        ({"choose": "tompson"}, "did you mean 'thompson'"),
    ],
)
def test_unknown_parts(settings: dict[str, str], words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        guided(SPACE, np.random.default_rng(0), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings", [{"unlabeled": 0}, {"share": 2.0}, {"explore": -1}, {"first": 3}, {"each": 0}]
)
def test_numbers_out_of_range(settings: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        guided(SPACE, np.random.default_rng(0), **settings)  # type: ignore[arg-type]


def test_a_predictor_without_a_decoder_cannot_ascend() -> None:
    # Refused before any label is bought.
    with pytest.raises(SettingsError, match="Forest, expected one with a latent space"):
        guided(
            SPACE,
            np.random.default_rng(0),
            predictor="forest",
            candidates="latent-ascent",
            predictor_settings=FEW,
        )


@pytest.mark.parametrize("name", ["guided", "guided-forest"])
def test_the_audit_says_nothing_of_pseudo_labels_where_there_were_none(name: str) -> None:
    few = {"predictor": "forest", "predictor_settings": FEW}
    strategy = make_strategy(name, SPACE, np.random.default_rng(0), first=10, **few)
    assert isinstance(strategy, PredictorGuided)
    run(strategy, 11)
    (row,) = strategy.audit
    assert not [key for key in row if "pseudo" in key or "tau_" in key or key == "stopped"]


def test_the_audit_says_what_pseudo_labels_did_where_there_were_some() -> None:
    rng = np.random.default_rng(0)
    model = PseudoLabels(SPACE, rng, judged=False, make=lambda s, r: Forest(s, r, trees=5))
    learner = OnePredictor(model, relearn=False)
    labeled, others = SPACE.all_choices()[:10], SPACE.all_choices()[10:]
    row = learner.learn(labeled, np.arange(10.0), others, len(others))
    assert (row["pseudo_labels"], row["pseudo_rounds"]) == (95, 1)
    assert row["stopped"] == "every round is used, untried"
    assert "pseudo_labels" not in learner.learn(labeled, np.arange(10.0), others, len(others))
