"""The strategy around a learner: when it buys at random, when it learns, what it learns from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import MemoryShortageError, SettingsError
from archscout.spaces.base import Architecture
from archscout.strategies._guided import guided
from archscout.strategies._latent_ascent import LatentAscent
from archscout.strategies._success import Success
from archscout.strategies.predictor_guided import Plan, PredictorGuided
from archscout.study._loop import search
from archscout.testing._strategies import check_strategy
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


class Endless(ToySpace):
    """A space that cannot be listed."""

    def __len__(self) -> int:
        raise TypeError("too large to be listed")

    def all_choices(self) -> NDArray[np.int8]:
        raise TypeError("too large to be listed")


class Model:
    """Scores architectures by the sum of their choices; its ascent adds one to a choice."""

    def __init__(self, space: ToySpace) -> None:
        self.space = space

    def member_scores(self, rows: NDArray[np.int8]) -> NDArray[np.float64]:
        return rows.sum(axis=1, dtype=np.float64)[None]

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values

    def predict(self, rows: NDArray[np.int8]) -> Any:
        from archscout.predictors import Posterior

        scores = self.member_scores(rows)
        return Posterior.lazily(
            lambda: (scores[0], 0 * scores[0] + 0.5), draw=lambda count, rng: scores
        )

    def check_climb(self) -> None:
        pass

    def climb(self, rows: NDArray[np.int8], step: float) -> NDArray[np.int8]:
        higher = np.concatenate([rows + np.eye(4, dtype=np.int8)[i] for i in range(4)])
        higher = higher[(higher < self.space.option_counts).all(axis=1)]
        return higher[self.space.valid(higher)]


class Learner:
    """Keeps what it was given to learn from."""

    def __init__(self, space: ToySpace, *, uses_unlabeled: bool = True) -> None:
        self.model: Any = Model(space)
        self.uses_unlabeled = uses_unlabeled
        self.given: list[tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int8], int]] = []

    def learn(self, choices: Any, values: Any, unlabeled: Any, unlabeled_count: int) -> Any:
        self.given.append((choices, values, unlabeled, unlabeled_count))
        return {"note": len(self.given)}


def make(
    space: ToySpace = SPACE,
    seed: int = 0,
    *,
    pool: NDArray[np.int8] | None = None,
    plan: Plan = Plan(first=6, each=4, unlabeled=1000),  # noqa: B008
    uses_unlabeled: bool = True,
) -> tuple[PredictorGuided, Learner]:
    learner = Learner(space, uses_unlabeled=uses_unlabeled)
    strategy = PredictorGuided(
        space,
        np.random.default_rng(seed),
        pool=pool,
        learner=learner,
        source=LatentAscent(seeds=4, steps=(1.0,)),
        choose="best-mean",
        plan=plan,
    )
    return strategy, learner


def total(arch: Architecture) -> float:
    return float(sum(arch.choices))


def run(strategy: PredictorGuided, labels: int, value: Any = total) -> list[Architecture]:
    asked: list[Architecture] = []
    while len(asked) < labels and (fresh := strategy.ask()):
        asked += fresh
        strategy.tell(fresh, [value(arch) for arch in fresh])
    return asked


# --- rounds -------------------------------------------------------------------------------------
def test_first_random_labels_then_rounds_of_what_was_predicted_best() -> None:
    strategy, learner = make()
    asked = run(strategy, 14)
    origins = [strategy.notes(arch)["origin"] for arch in asked]
    assert origins[:6] == ["first"] * 6
    assert [strategy.notes(arch)["round"] for arch in asked] == [0] * 6 + [1] * 4 + [2] * 4
    assert "latent ascent" in origins[6:]
    assert [len(given[0]) for given in learner.given] == [6, 10]
    assert [row["labels"] for row in strategy.audit] == [6, 10]
    assert [row["round"] for row in strategy.audit] == [1, 2]
    assert [row["note"] for row in strategy.audit] == [1, 2]
    best = max(asked[6:10], key=total)
    assert asked[6] == best, "the best predicted is bought first"
    assert strategy.notes(best)["predicted"] == total(best)
    assert strategy.notes(best)["spread"] == 0.5


def test_the_learner_gets_exactly_the_told_values() -> None:
    strategy, learner = make()
    asked = run(strategy, 7)
    choices, values, unlabeled, count = learner.given[0]
    assert np.array_equal(choices, SPACE.as_choices(asked[:6]))
    assert values.tolist() == [total(arch) for arch in asked[:6]]
    assert count == len(unlabeled) == 105 - 6
    assert not set(map(tuple, unlabeled.tolist())) & {arch.choices for arch in asked[:6]}


def test_late_rounds_grow_with_the_share() -> None:
    strategy, learner = make(plan=Plan(first=20, each=2, share=0.25, unlabeled=100))
    run(strategy, 60)
    assert [len(given[0]) for given in learner.given] == [20, 25, 31, 38, 47, 58]


def test_a_round_is_learnt_only_when_the_last_values_are_in() -> None:
    strategy, learner = make()
    assert len(strategy.ask(50)) == 6, "more than the first labels, before any value is known"
    strategy, learner = make()
    first = strategy.ask(4)
    strategy.tell(first, [total(arch) for arch in first])
    rest = strategy.ask(50)
    assert len(rest) == 2
    strategy.tell(rest, [total(arch) for arch in rest])
    assert len(strategy.ask(50)) == 4
    assert len(learner.given) == 1


def test_few_candidates_are_filled_up_at_random() -> None:
    strategy, _ = make()
    # All labels equal the top, so that the ascent finds nothing above.
    top = SPACE.parse("depth=3,kernel=7,width=40,skip=yes")
    near = [top, *SPACE.neighbors(top)]
    strategy.tell(near, [total(arch) for arch in near])
    origins = [strategy.notes(arch)["origin"] for arch in run(strategy, 4)]
    assert origins == ["random"] * 4
    assert strategy.audit[0]["candidates"] == 0


# --- odd values -----------------------------------------------------------------------------------
@pytest.mark.slow
def test_failed_labels_are_not_learnt_and_not_bought_again() -> None:
    strategy, learner = make()
    asked = run(strategy, 20, lambda arch: math.nan if arch.choices[0] == 1 else total(arch))
    assert len(set(asked)) == 20
    failed = [arch for arch in asked if arch.choices[0] == 1]
    assert failed
    for choices, values, unlabeled, _ in learner.given:
        assert np.isfinite(values).all()
        assert not (choices[:, 0] == 1).any()
        before = asked[: len(asked) - 105 + len(unlabeled)]
        assert not set(map(tuple, unlabeled.tolist())) & {arch.choices for arch in before}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_if_everything_fails_it_goes_on_at_random(value: float) -> None:
    strategy, learner = make()
    assert len(run(strategy, 105, lambda _: value)) == 105
    assert learner.given == []


def test_rejected_first_labels_are_replaced_and_counted_but_not_learnt() -> None:
    strategy, learner = make(plan=Plan(first=6, each=4, unlabeled=50, reject_below=5.0))
    asked = run(strategy, 40)
    learnt = learner.given[0][0]
    first = [arch for arch in asked if strategy.notes(arch)["round"] == 0]
    assert len(learnt) == 6
    assert len(first) > 6
    assert all(total(arch) >= 5 for arch in SPACE.architectures(learnt))
    assert strategy.audit[0]["rejected"] == len(first) - 6
    assert strategy.audit[-1]["rejected"] == len(first) - 6, "only first labels are rejected"
    assert len(learner.given[1][0]) == 10


# --- what is left ---------------------------------------------------------------------------------
def test_when_nothing_is_left_it_neither_proposes_nor_learns() -> None:
    for pool in (None, SPACE.all_choices()[::4]):
        strategy, learner = make(pool=pool)
        assert len(run(strategy, 200)) == (105 if pool is None else 27)
        learnt = len(learner.given)
        assert strategy.ask(3) == []
        assert len(learner.given) == learnt


@pytest.mark.slow
def test_unlabeled_architectures_are_drawn_from_all_places_of_the_space() -> None:
    met = np.zeros(105)
    everything = list(map(tuple, SPACE.all_choices().tolist()))
    for seed in range(60):
        strategy, learner = make(seed=seed, plan=Plan(first=40, each=4, unlabeled=20))
        run(strategy, 41)
        unlabeled, count = learner.given[0][2:]
        assert count == len(unlabeled) == 20
        assert len(np.unique(unlabeled, axis=0)) == 20
        for row in unlabeled.tolist():
            met[everything.index(tuple(row))] += 1
    # 60 draws of 20 of 105: 11.4 each; cutting a sorted sample would leave out the last ones.
    assert met[-20:].mean() == pytest.approx(met[:20].mean(), rel=0.35)
    assert met[-20:].min() > 0


def test_unlabeled_architectures_come_from_the_pool() -> None:
    pool = SPACE.all_choices()[::3]
    strategy, learner = make(pool=pool)
    run(strategy, 20)
    for _, _, unlabeled, count in learner.given:
        assert count == len(unlabeled)
        assert set(map(tuple, unlabeled.tolist())) <= set(map(tuple, pool.tolist()))


@pytest.mark.slow
@pytest.mark.parametrize("pool", [None, SPACE.all_choices()[::3]])
@pytest.mark.parametrize("most", [10, 1000])
def test_a_control_gets_the_number_of_the_unlabeled_and_none_of_them(
    pool: NDArray[np.int8] | None, most: int
) -> None:
    plan = Plan(first=6, each=4, unlabeled=most)
    counts = []
    for uses in (True, False):
        strategy, learner = make(pool=pool, plan=plan, uses_unlabeled=uses)
        strategy.tell([SPACE.parse("depth=0,kernel=3,width=8,skip=no")], [math.nan])
        run(strategy, 18)
        counts.append([given[3] for given in learner.given])
        assert all((len(given[2]) > 0) == uses for given in learner.given)
    assert counts[0] == counts[1]


def test_spaces_that_cannot_be_listed_are_sampled() -> None:
    space = Endless()
    strategy, learner = make(space, plan=Plan(first=6, each=4, unlabeled=30))
    asked = run(strategy, 30)
    assert len(set(asked)) == 30
    for choices, _, unlabeled, _ in learner.given:
        assert 10 < len(unlabeled) <= 30
        assert len(np.unique(np.concatenate([unlabeled, choices]), axis=0)) == len(unlabeled) + len(
            choices
        )
    control, learner = make(space, plan=Plan(first=6, each=4, unlabeled=30), uses_unlabeled=False)
    run(control, 12)
    assert learner.given[0][3] == 30


def test_more_options_than_memory_holds_are_refused_before_labels_are_bought(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("archscout._common.memory.available_bytes", lambda: 10_000)
    with pytest.raises(MemoryShortageError, match="learns no predictor, such as local"):
        guided(ToySpace(), np.random.default_rng(0))


@pytest.mark.slow
def test_it_keeps_the_contract() -> None:
    def strategy(space: ToySpace, rng: np.random.Generator, pool: Any = None) -> PredictorGuided:
        made, _ = make(space, int(rng.integers(2**31)), pool=pool)
        return made

    check_strategy(strategy, SPACE, np.random.default_rng(0), labels=24)  # type: ignore[arg-type]


@pytest.mark.parametrize("sizes", [{"first": 3, "each": 1}, {"first": 4, "each": 0}])
def test_too_few_labels_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="expected a whole number of"):
        Plan(**sizes)


# --- exploring -----------------------------------------------------------------------------------
def test_some_labels_of_a_round_go_to_neighbours_of_the_best_whatever_is_predicted() -> None:
    plan = Plan(first=10, each=4, explore=2, unlabeled=100)
    for pool in (None, SPACE.all_choices()[::2]):
        strategy, learner = make(pool=pool, plan=plan)
        asked = run(strategy, 22)
        for number, (choices, values, _, _) in enumerate(learner.given, start=1):
            bought = [arch for arch in asked if strategy.notes(arch)["round"] == number]
            near = [arch for arch in bought if strategy.notes(arch)["origin"] == "neighbour"]
            assert len(bought) == 4
            assert len(near) == 2
            best = SPACE.architectures(choices[np.argsort(-values, kind="stable")[:5]])
            around = {arch for one in best for arch in SPACE.neighbors(one)}
            assert set(near) <= around
            assert all("predicted" not in strategy.notes(arch) for arch in near)


def test_at_least_one_label_of_a_round_is_left_to_the_predictor() -> None:
    strategy, _ = make(plan=Plan(first=6, each=1, explore=5, unlabeled=100))
    asked = run(strategy, 10)
    origins = [strategy.notes(arch)["origin"] for arch in asked[6:]]
    assert "neighbour" not in origins
    assert "latent ascent" in origins


class Rewritten(ToySpace):
    """Lists kernel 3 alone; the other kernels stand for it, as written cells do for listed ones."""

    def all_choices(self) -> NDArray[np.int8]:
        rows = super().all_choices()
        return rows[rows[:, 1] == 0]

    def representatives(self, archs: Any) -> NDArray[np.int8]:
        listed = self.as_choices(archs).copy()
        listed[:, 1] = 0
        return listed


def test_what_is_written_otherwise_than_the_pool_lists_it_is_bought_as_listed() -> None:
    space = Rewritten()
    pool = space.all_choices()
    strategy, _ = make(space, pool=pool, plan=Plan(first=6, each=4, explore=1, unlabeled=100))
    asked = run(strategy, 50)
    assert len(asked) == len(set(asked)) == len(pool) == 35
    assert all(arch.choices[1] == 0 for arch in asked)
    found = [strategy.notes(arch)["origin"] for arch in asked]
    assert found.count("latent ascent") > 0, "some candidates are written otherwise"


# --- failures teach -----------------------------------------------------------------------------
def crashing(arch: Architecture) -> float:
    """The more of the last two the better, in a region that crashes."""
    if arch.choices[0] >= 2:
        raise MemoryError
    return float(sum(arch.choices))


@pytest.mark.parametrize("settings", [{}, {"candidates": "evolution", "choose": "best-mean"}])
def test_a_region_that_crashes_is_left_alone(settings: dict[str, Any]) -> None:
    settings = {**settings, "each": 4}
    labels = search(SPACE, crashing, "guided", labels=34, settings=settings, seed=3).labels
    # Half of the space crashes, and the best values lie beside it.
    assert sum(label.failed for label in labels[14:]) <= 5
    assert max(label.value for label in labels if not label.failed) == 1 + 2 + 4 + 1


def test_success_is_learnt_only_where_something_failed() -> None:
    rng = np.random.default_rng(0)
    success = Success(SPACE, rng)
    rows = SPACE.all_choices()
    bad = rows[:, 0] >= 2
    before = rng.bit_generator.state
    success.learn(rows[:40], rows[:0])
    assert success.likely(rows).all()
    assert rng.bit_generator.state == before
    taught = np.arange(len(rows)) % 3 == 0
    success.learn(rows[taught & ~bad], rows[taught & bad])
    assert (success.likely(rows) == ~bad).mean() > 0.9
    assert success.likely(rows[:0]).shape == (0,)
    success.learn(rows[:40], rows[:0])
    assert success.likely(rows).all()


def test_a_failed_one_that_was_bought_again_counts_as_its_value() -> None:
    strategy = guided(SPACE, np.random.default_rng(0), first=4)
    asked = [strategy.ask(1)[0] for _ in range(4)]
    strategy.tell(asked, [1.0, 2.0, 3.0, math.nan])
    strategy.tell(asked[3:], [9.0])
    strategy.tell(strategy.ask(1), [math.nan])
    strategy.ask(1)
    assert strategy.audit[-1]["labels"] == 4
    assert strategy.audit[-1]["failed"] == 1
