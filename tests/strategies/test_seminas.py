"""SemiNAS end to end: its plans, its contract, its searches, and the traps of the released code."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import archscout
from archscout.errors import ArchscoutError, SettingsError, UnknownNameError
from archscout.predictors._parts.presets import PRESETS
from archscout.predictors.wrappers._pseudo_labels import Trial
from archscout.spaces import load_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies import make_strategy
from archscout.strategies._choosing import in_order, thompson
from archscout.strategies._seminas import PLANS, SemiSupervised, Supervised, seminas
from archscout.strategies.predictor_guided import PredictorGuided
from archscout.study.buying import SearchProgress
from archscout.testing import check_strategy
from archscout.testing._toy import ToySpace

TOY = ToySpace()
WORTH = np.random.default_rng(3).normal(size=(4, 5))
# Early rounds, so that a search of a few labels learns several times.
EARLY = {"first": 8, "each": 4}


def value(arch: Architecture) -> float:
    return 90 + float(WORTH[np.arange(4), arch.choices].sum())


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The presets' networks and schedules, cut to what a test can wait for."""
    flow = replace(PRESETS["fast"], members=2, hidden=8, steps_first=12, steps_more=4)
    monkeypatch.setitem(PRESETS, "fast", flow)
    for name in ("lstm", "paper-300", "paper-2000", "paper-imagenet"):
        cut = replace(
            PRESETS[name], hidden=8, mlp_hidden=8, epochs_first=4, epochs_more=1, upsample=2
        )
        monkeypatch.setitem(PRESETS, name, cut)


def run(strategy: PredictorGuided, labels: int, told: Any = value) -> list[Architecture]:
    asked: list[Architecture] = []
    while len(asked) < labels and (fresh := strategy.ask()):
        asked += fresh
        strategy.tell(fresh, [told(arch) for arch in fresh])
    return asked


def make(preset: str = "fast", seed: int = 0, **settings: Any) -> PredictorGuided:
    rng = np.random.default_rng(seed)
    return quick(seminas(TOY, rng, preset=preset, **{**EARLY, "unlabeled": 60, **settings}))


def quick(strategy: PredictorGuided) -> PredictorGuided:
    """With few ascents a round: a hundred find no more in so small a space."""
    strategy.source = replace(strategy.source, steps=strategy.source.steps[:4])
    return strategy


# --- plans ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("preset", "first", "each", "rounds", "labels", "unlabeled", "steps"),
    [
        ("paper-300", 100, 100, 2, 300, 10_000, range(1, 101)),
        ("paper-2000", 1100, 300, 3, 2000, 10_000, range(1, 101)),
        ("paper-imagenet", 100, 100, 3, 400, 4_000, np.arange(1, 1001) / 10),
    ],
)
def test_published_plans(
    preset: str, first: int, each: int, rounds: int, labels: int, unlabeled: int, steps: Any
) -> None:
    strategy = seminas(TOY, np.random.default_rng(0), preset=preset)
    assert first + rounds * each == labels
    plan, ascent = strategy.plan, strategy.source
    assert (plan.first, plan.each, plan.share, plan.explore) == (first, each, 0.0, 0)
    assert plan.unlabeled == unlabeled
    assert plan.reject_below is None
    assert ascent.seeds == 100
    assert ascent.fresh_seeds == 0
    assert ascent.steps == tuple(steps)
    assert ascent.enough == each
    assert ascent.best_seeds
    assert strategy.choose is in_order
    assert isinstance(strategy.learner, SemiSupervised)
    assert not strategy.learner.pseudo.judged, "as published, every pseudo-label is used"
    assert strategy.learner.pseudo.rounds == 1
    assert strategy.learner.model.warm_start
    assert strategy.minimum_labels == first + 1


def test_the_default_plan() -> None:
    strategy = seminas(TOY, np.random.default_rng(0))
    assert strategy.minimum_labels == 17
    assert strategy.choose is thompson
    assert isinstance(strategy.learner, SemiSupervised)
    assert strategy.learner.pseudo.judged
    assert strategy.learner.pseudo.predictor is strategy.learner.model


def test_every_plan_has_a_preset_and_every_preset_a_plan() -> None:
    assert set(PLANS) == set(PRESETS)


def test_settings_go_over_the_plan() -> None:
    strategy = seminas(
        TOY, np.random.default_rng(0), preset="lstm", first=5, each=3, unlabeled=44,
        reject_below=1.5, best_seeds=False,
    )  # fmt: skip
    plan = strategy.plan
    assert (plan.first, plan.each, plan.unlabeled, plan.reject_below) == (5, 3, 44, 1.5)
    assert strategy.source.enough == 3
    assert not strategy.source.best_seeds


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"preset": "paper300"}, UnknownNameError, "did you mean 'paper-300'"),
        ({"unlabeled": 0}, SettingsError, "semi_supervised=False"),
        ({"first": 3}, SettingsError, "4 or more: a predictor learns from no fewer"),
        ({"each": 0}, SettingsError, "got each=0, expected a whole number of 1 or more"),
    ],
)
def test_settings_out_of_range(
    settings: dict[str, Any], kind: type[ArchscoutError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        seminas(TOY, np.random.default_rng(0), **settings)


# --- the contract ---------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("name", ["seminas", "nao"])
def test_it_keeps_the_contract(name: str) -> None:
    def new(space: SearchSpace, rng: np.random.Generator, pool: Any = None) -> Any:
        return make_strategy(name, space, rng, pool=pool, first=6, each=6)

    check_strategy(new, TOY, np.random.default_rng(0), labels=24)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["lstm", "paper-300", "paper-2000"])
def test_the_papers_network_searches_too(preset: str) -> None:
    strategy = make(preset)
    asked = run(strategy, 20)
    assert len(set(asked)) == 20
    assert len(strategy.audit) == 3
    for row in strategy.audit:
        assert row["pseudo_rounds"] == 1
        assert row["pseudo_spread"] >= 0
        json.dumps(row, allow_nan=False)
    assert "latent ascent" in {strategy.notes(arch)["origin"] for arch in asked}


@pytest.mark.slow
def test_every_round_has_a_complete_row_of_plain_values() -> None:
    strategy = make()
    run(strategy, 30)
    wanted = {
        "round", "labels", "rejected", "pseudo_labels", "pseudo_rounds", "pseudo_spread",
        "tau_before", "tau_after", "trial_seconds", "stopped", "steps", "candidates", "seconds",
    }  # fmt: skip
    assert len(strategy.audit) == 6
    for row in strategy.audit:
        assert set(row) == wanted
        assert row["stopped"]
        json.dumps(row, allow_nan=False)
    assert strategy.audit[0]["stopped"].startswith("8 labels are too few")
    tried = [row for row in strategy.audit if row["tau_before"] is not None]
    assert tried


@pytest.mark.slow
def test_equal_seeds_buy_the_same_and_others_do_not() -> None:
    one, again, other = (run(make(seed=seed), 24) for seed in (0, 0, 1))
    assert one == again
    assert one != other


# --- searches -------------------------------------------------------------------------------
def search(**settings: Any) -> archscout.SearchResult:
    given = {"labels": 28, "seed": 1, "settings": EARLY, **settings}
    return archscout.search(TOY, given.pop("objective", value), "seminas", **given)


def test_a_search_needs_the_first_labels_and_one_more() -> None:
    with pytest.raises(SettingsError, match=r"labels=8, expected 9 or more .* 'seminas'"):
        search(labels=8)
    with pytest.raises(SettingsError, match="labels=300, expected 1101 or more"):
        archscout.search(load_space("nasbench201"), value, "seminas-paper-2000", labels=300)


class Killed(Exception):
    """Ends a search as a kill would."""


@pytest.mark.slow
@pytest.mark.parametrize("kills", [(3,), (9, 14), (21,)])
def test_a_killed_search_goes_on_to_the_labels_of_one_that_nobody_killed(
    kills: tuple[int, ...], tmp_path: Path
) -> None:
    def kill_at(count: int) -> Callable[[SearchProgress], None]:
        def on_label(progress: SearchProgress) -> None:
            if progress.bought == count:
                raise Killed

        return on_label

    whole = search()
    journal = tmp_path / "search.log"
    for count in kills:
        with pytest.raises(Killed):
            search(storage=journal, on_label=kill_at(count))
    measured = 0

    def counted(arch: Architecture) -> float:
        nonlocal measured
        measured += 1
        return value(arch)

    counted.__name__ = "value"
    resumed = search(storage=journal, objective=counted)
    assert measured == 28 - kills[-1]
    bought = [[(x.architecture, x.value, x.info) for x in r.labels] for r in (whole, resumed)]
    assert bought[0] == bought[1]
    timeless = [
        [{k: v for k, v in row.items() if "seconds" not in k} for row in result.audit]
        for result in (whole, resumed)
    ]
    assert timeless[0] == timeless[1]


@pytest.mark.slow
def test_failures_and_a_minimised_objective() -> None:
    class Loss:
        name, unit, direction = "loss", "nats", "minimize"

        def measure(self, arch: Architecture, rng: np.random.Generator) -> archscout.Measurement:
            worth = math.nan if arch.choices[1] == 2 else 200 - value(arch)
            return archscout.Measurement(worth)

        def pool(self) -> None:
            return None

        def test_value(self, arch: Architecture) -> float:
            return math.nan

    result = search(objective=Loss(), labels=60)
    possible = [200 - value(arch) for arch in TOY if arch.choices[1] != 2]
    assert len(result.labels) == 60
    assert any(label.failed for label in result.labels)
    assert np.mean(np.array(possible) < result.best.value) < 0.05


@pytest.mark.slow
def test_it_finds_the_best_of_a_simple_space() -> None:
    result = search(labels=50)
    assert result.best.value == max(map(value, TOY))


@pytest.mark.slow
def test_a_pool_is_searched_to_its_end() -> None:
    pool = TOY.all_choices()[::3]
    strategy = make(pool=pool)
    assert sorted(run(strategy, 100)) == sorted(TOY.architectures(pool))
    assert strategy.ask() == []


class Endless(ToySpace):
    """A space that cannot be listed."""

    def __len__(self) -> int:
        raise TypeError("too large to be listed")

    def all_choices(self) -> NDArray[np.int8]:
        raise TypeError("too large to be listed")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["seminas", "nao"])
def test_a_space_that_cannot_be_listed_is_searched(name: str) -> None:
    result = archscout.search(Endless(), value, name, labels=24, settings=EARLY)
    assert len(result.labels) == 24
    assert len(result.audit) == 4


@pytest.mark.slow
def test_cells_of_nasbench101_are_searched() -> None:
    cells = load_space("nasbench101")
    pool = cells.as_choices(
        [cells.parse(text) for text in ("7:mp", "5:c3", "1:", "1205349:c3|mp|c3|c3|c1")]
    )
    rng = np.random.default_rng(0)
    while len(pool) < 60:
        grown = [cells.mutate(arch, rng) for arch in cells.architectures(pool)]
        pool = np.unique(np.concatenate([pool, cells.as_choices(grown)]), axis=0)
    for preset in ("fast", "paper-2000"):
        strategy = quick(seminas(cells, rng, pool=pool, preset=preset, unlabeled=40, **EARLY))
        asked = run(strategy, 18, lambda arch: float(sum(arch.choices)))
        assert len(set(asked)) == 18
        assert len(strategy.audit) == 3


# --- the traps ------------------------------------------------------------------------------
@pytest.mark.slow
def test_trap_seeds_are_the_best_and_best_seeds_false_shows_the_slip() -> None:
    means = {}
    for best in (True, False):
        strategy = make("lstm", best_seeds=best)
        model = strategy.learner.model
        starts: list[float] = []
        climb = model.climb

        def spy(archs: Any, step: float, climb: Any = climb, starts: Any = starts) -> Any:
            starts.extend(map(value, TOY.architectures(archs[:5])))
            return climb(archs, step)

        model.climb = spy  # type: ignore[method-assign]
        strategy.source = replace(strategy.source, seeds=5)
        run(strategy, 30)
        means[best] = np.mean(starts)
    middle = np.mean([value(arch) for arch in TOY])
    assert means[True] > middle > means[False]


@pytest.mark.slow
def test_trap_rejected_first_architectures_are_bought_and_counted() -> None:
    middle = float(np.median([value(arch) for arch in TOY]))
    result = search(settings={**EARLY, "reject_below": middle}, labels=40)
    first = [label for label in result.labels if label.info["round"] == 0]
    rejected = [label for label in first if label.value < middle]
    assert rejected, "the released code hides such labels"
    assert len(first) == len(rejected) + 8
    assert len(result.labels) == 40, "rejected labels come out of the same budget"
    assert [label.number for label in result.labels] == list(range(40))
    assert result.audit[0]["labels"] == 8
    assert result.audit[0]["rejected"] == len(rejected)


@pytest.mark.slow
def test_trap_no_architecture_is_bought_twice() -> None:
    result = search(labels=105)
    assert len({label.architecture for label in result.labels}) == 105
    assert result.repeats == 0


class Twins(ToySpace):
    """Kernels 5 and 7 compute the same."""

    def canonical_id(self, arch: Architecture) -> str:
        depth, kernel, width, skip = arch.choices
        return str((depth, min(kernel, 1), width, skip))


@pytest.mark.slow
def test_trap_twins_cost_one_label_where_the_ledger_knows_them() -> None:
    def of_function(arch: Architecture) -> float:
        return value(
            replace(arch, choices=(arch.choices[0], min(arch.choices[1], 1), *arch.choices[2:]))
        )

    result = archscout.search(
        Twins(), of_function, "seminas", labels=50, settings=EARLY, dedup="isomorphic"
    )
    ids = [Twins().canonical_id(label.architecture) for label in result.labels]
    assert len(set(ids)) == 50
    assert result.repeats > 0, "twins were asked for and served at no cost"
    plain = archscout.search(Twins(), of_function, "seminas", labels=50, settings=EARLY)
    assert len({Twins().canonical_id(label.architecture) for label in plain.labels}) < 50


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["fast", "paper-300"])
@pytest.mark.parametrize("pool", [None, TOY.all_choices()[::2]])
def test_trap_the_control_takes_the_very_same_number_of_steps(
    preset: str, pool: NDArray[np.int8] | None
) -> None:
    steps = []
    for semi in (True, False):
        strategy = make(preset, semi_supervised=semi, unlabeled=1000, pool=pool)
        strategy.learner.pseudo.judged = False
        run(strategy, 25)
        steps.append([row["steps"] for row in strategy.audit])
        assert strategy.learner.model.steps_ == sum(steps[-1])
    assert len(steps[0]) == 5
    assert steps[0] == steps[1]


@pytest.mark.slow
def test_trap_where_the_trial_refuses_neither_takes_further_steps() -> None:
    steps = []
    for semi in (True, False):
        strategy = make("fast", semi_supervised=semi)
        strategy.learner.pseudo.gain = 3.0  # No correlation can rise so much.
        run(strategy, 25)
        steps.append([row["steps"] for row in strategy.audit])
    assert steps[0] == steps[1]
    more = PRESETS["fast"].steps_more
    assert steps[0] == [PRESETS["fast"].steps_first, *[more] * 4]


@pytest.mark.slow
def test_the_control_takes_further_steps_where_its_own_trial_shows_a_gain() -> None:
    strategy = make("fast", semi_supervised=False)
    strategy.learner.pseudo.gain = -3.0  # Any correlation will do.
    strategy.learner.pseudo._try = lambda *_: [Trial(1, tau_before=0.5)]
    run(strategy, 25)
    first, more = PRESETS["fast"].steps_first, PRESETS["fast"].steps_more
    assert [row["steps"] for row in strategy.audit] == [first + more, *[2 * more] * 4]
    assert {row["pseudo_labels"] for row in strategy.audit} == {0}


class Poison:
    """An array that may not be touched in any way."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"the control looked at the unlabeled architectures: {name}")

    def _touched(self, *_: Any) -> Any:
        raise AssertionError("the control looked at the unlabeled architectures")

    __len__ = __iter__ = __getitem__ = __array__ = __bool__ = __eq__ = _touched
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["fast", "lstm"])
def test_trap_the_control_never_sees_an_unlabeled_architecture(preset: str) -> None:
    learner = Supervised(TOY, np.random.default_rng(0), preset)
    rows = TOY.all_choices()[::7]
    learner.learn(rows, np.arange(len(rows)) * 1.0, Poison(), 50)  # type: ignore[arg-type]
    strategy = make(preset, semi_supervised=False)

    def poisoned() -> Any:
        raise AssertionError("the control drew unlabeled architectures")

    strategy._unlabeled = poisoned  # type: ignore[method-assign]
    run(strategy, 20)
    assert [row["pseudo_labels"] for row in strategy.audit] == [0, 0, 0]


@pytest.mark.slow
def test_trap_weights_are_carried_from_round_to_round() -> None:
    strategy = make()
    run(strategy, 9)
    network = strategy.learner.model.network_
    run(strategy, 12)
    assert len(strategy.audit) >= 2
    assert strategy.learner.model.network_ is network
    first = PRESETS["fast"].steps_first
    later = [row["steps"] for row in strategy.audit[1:]]
    assert all(steps < first for steps in later)
