"""Population search by a cheap score: what the released code gets wrong stays right here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archscout.errors import ArchscoutError, SettingsError
from archscout.spaces import DARTS, MobileNet, NASBenchMacro, load_space
from archscout.spaces.base import SearchSpace
from archscout.spaces.limits._limit import Limit
from archscout.strategies._evolution import crossed_rows, mutated_rows
from archscout.strategies.proxy_search import EvolutionPlan, evolve, plan_of
from archscout.testing._toy import ToySpace

CELLS = load_space("nasbench201")


def total(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows.sum(axis=1))


# --- slips of the released code ------------------------------------------------------------------
def test_mutation_reaches_both_cells_of_darts() -> None:
    space, rng = DARTS(), np.random.default_rng(0)
    parents = space.sample_choices(rng, 1)
    changed = (mutated_rows(space, parents, 0.1, rng, 4000) != parents).mean(axis=0)
    assert changed.shape == (22,)
    # Each of the 22 decisions changes in one child of ten.
    assert (np.abs(changed - 0.1) < 0.025).all()


def test_mutation_reaches_none_of_nasbench201_and_every_other_option() -> None:
    rng = np.random.default_rng(0)
    parents = np.full((1, 6), 3, dtype=np.int8)
    children = mutated_rows(CELLS, parents, 1.0, rng, 2000)
    for edge in range(6):
        shares = np.bincount(children[:, edge], minlength=5) / len(children)
        assert shares[3] == 0
        assert (np.abs(shares[[0, 1, 2, 4]] - 0.25) < 0.05).all()


def test_a_search_reaches_the_cell_of_nothing_but_none() -> None:
    found = evolve(CELLS, lambda rows: (rows == 0).sum(axis=1), np.random.default_rng(0))
    assert found.best.choices == (0,) * 6


@pytest.mark.slow
@pytest.mark.parametrize("most", [1, 5, 60])
def test_it_ends_when_everything_was_scored(most: int) -> None:
    macro = NASBenchMacro()
    costs = np.sort(np.unique(macro.macs_table(macro.all_choices())))
    space = macro.within(Limit("macs", most=float(costs[most - 1])))
    found = evolve(space, total, np.random.default_rng(0))
    assert found.scored == len(space) < 1000
    assert "nothing new was found in generation" in found.stopped


def test_every_member_is_within_the_limits_and_scored_once() -> None:
    asked: list[np.ndarray] = []

    def score(rows: np.ndarray) -> np.ndarray:
        asked.append(rows)
        return np.asarray(MobileNet().params_table(rows))

    space = MobileNet().within(Limit("macs", most=475e6))
    found = evolve(space, score, np.random.default_rng(0))
    rows = np.concatenate(asked)
    assert np.array_equal(rows, found.choices)
    assert len(np.unique(rows, axis=0)) == len(rows) == 50 * 20
    assert MobileNet().macs_table(rows).max() <= 475e6
    # It is a search: the best is far above the best of as many random draws.
    drawn = space.sample_choices(np.random.default_rng(1), 1000)
    assert found.best_score > MobileNet().params_table(drawn).max()


@pytest.mark.slow
def test_a_narrow_band_is_searched_by_repaired_mutations() -> None:
    space = MobileNet().within(Limit("macs", most=475e6, least=474.8e6))
    plan = EvolutionPlan(population=20, parents=5, mutations=10, crossovers=10, generations=4)
    found = evolve(space, MobileNet().params_table, np.random.default_rng(0), plan)
    assert space.valid(found.choices).all()
    assert sum(row["mutation"] for row in found.history) > 20


# --- the search itself ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "numbers"), [("nasbench201", (100, 30, 50, 50)), ("darts", (50, 10, 25, 25))]
)
def test_the_published_plans(name: str, numbers: tuple[int, ...]) -> None:
    plan = plan_of(load_space(name))
    assert (plan.population, plan.parents, plan.mutations, plan.crossovers) == numbers
    assert (plan.generations, plan.mutation_probability) == (20, 0.1)
    assert plan_of(load_space("mobilenet")) == plan_of(load_space("darts")) == plan_of(ToySpace())


def test_the_best_of_all_generations_are_the_parents() -> None:
    rows = evolve(CELLS, total, np.random.default_rng(0)).history
    bests = [row["best"] for row in rows]
    assert bests == sorted(bests)
    assert bests[-1] == 24
    assert [row["scored"] for row in rows] == list(range(100, 2001, 100))
    assert rows[0]["random"] == 100
    assert rows[1]["mutation"] == rows[1]["crossover"] == 50
    assert all(row["mutation"] + row["crossover"] + row["random"] == 100 for row in rows)


def test_crossover_takes_from_both_parents() -> None:
    parents = np.array([[0] * 6, [4] * 6], dtype=np.int8)
    children = crossed_rows(parents, np.random.default_rng(0), 500)
    assert set(np.unique(children)) == {0, 4}
    mixed = (children == 0).any(axis=1) & (children == 4).any(axis=1)
    assert 0.35 < mixed.mean() < 0.6


@pytest.mark.parametrize("space", [CELLS, DARTS(), ToySpace()], ids=lambda space: space.name)
def test_the_same_seed_gives_the_same_search(space: SearchSpace) -> None:
    plan = EvolutionPlan(population=10, parents=4, mutations=5, crossovers=5, generations=4)
    first, again = (evolve(space, total, np.random.default_rng(5), plan) for _ in range(2))
    assert np.array_equal(first.choices, again.choices)
    assert first.to_dict() == again.to_dict()


def test_structural_validity_is_kept() -> None:
    found = evolve(ToySpace(), total, np.random.default_rng(0))
    assert found.scored == 105
    assert ToySpace().valid(found.choices).all()


def test_failed_scores_are_last_and_counted() -> None:
    def odd(rows: np.ndarray) -> np.ndarray:
        return np.where(rows[:, 0] == 3, np.nan, total(rows).astype(float))

    found = evolve(ToySpace(), odd, np.random.default_rng(0))
    assert found.best.choices[0] != 3
    assert np.isnan(found.scores).any()
    assert not any(np.isnan(score) for _, score in found.top(1000))
    nothing = evolve(ToySpace(), lambda rows: np.full(len(rows), np.nan), np.random.default_rng(0))
    with pytest.raises(ArchscoutError, match="all scores of 105 architectures failed"):
        nothing.best  # noqa: B018


@pytest.mark.parametrize(
    "wrong",
    [{"population": 1}, {"parents": 1}, {"generations": 0}, {"mutations": -1},
     {"mutations": 0, "crossovers": 0}, {"mutation_probability": 0}],
)  # fmt: skip
def test_wrong_plans(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        EvolutionPlan(**wrong)


def test_a_score_of_another_shape_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"gave shape \(\) for"):
        evolve(ToySpace(), lambda rows: rows.sum(), np.random.default_rng(0))


def test_each_generation_is_told() -> None:
    told: list[int] = []
    plan = plan_of(CELLS, generations=3)
    evolve(
        CELLS, total, np.random.default_rng(0), plan,
        on_generation=lambda row: told.append(row["generation"]),
    )  # fmt: skip
    assert told == [1, 2, 3]
