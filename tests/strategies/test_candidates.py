"""Where candidates come from: all that can be bought, or children of the best."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors import Posterior
from archscout.strategies._candidates import Candidates, Offspring, Pool, Round, Source
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ROWS = np.random.default_rng(0).permutation(SPACE.all_choices())
VALUES = ROWS.sum(axis=1).astype(np.float64)


class Model:
    """Predicts the sum of the choices, and remembers for how many it was asked."""

    space = SPACE

    def __init__(self) -> None:
        self.asked: list[int] = []

    def predict(self, rows: NDArray[np.int8]) -> Posterior:
        self.asked.append(len(rows))
        return Posterior(rows.sum(axis=1).astype(np.float64), np.zeros(len(rows)))


def everything(rows: NDArray[np.int8]) -> NDArray[np.int8]:
    return rows


def propose(
    source: Source,
    labeled: NDArray[np.int8] = ROWS[:20],
    unlabeled: NDArray[np.int8] = ROWS[20:40],
    within_pool: object = everything,
    seed: int = 0,
) -> tuple[Candidates, Model]:
    model = Model()
    found = source.propose(
        model,  # type: ignore[arg-type]
        Round(
            labeled,
            labeled.sum(axis=1).astype(np.float64),
            unlabeled,
            known=set(map(tuple, labeled.tolist())),
            within_pool=within_pool,  # type: ignore[arg-type]
            rng=np.random.default_rng(seed),
        ),
    )
    return found, model


def rows_of(found: Candidates) -> list[tuple[int, ...]]:
    return list(map(tuple, found.choices.tolist()))


def test_the_pool_is_all_unlabeled_and_the_neighbours_of_the_best() -> None:
    found, _ = propose(Pool(near=2))
    rows = rows_of(found)
    assert rows[:20] == list(map(tuple, ROWS[20:40].tolist()))
    assert found.origins[:20] == ["pool"] * 20
    assert set(found.origins[20:]) == {"neighbour"}
    best = ROWS[:20][np.argsort(-VALUES[:20], kind="stable")[:2]]
    near = {a.choices for arch in SPACE.architectures(best) for a in SPACE.neighbors(arch)}
    assert set(rows[20:]) == near - set(rows[:20]) - set(map(tuple, ROWS[:20].tolist()))
    assert len(set(rows)) == len(rows)


def test_where_everything_is_listed_neighbours_add_nothing() -> None:
    found, _ = propose(Pool(), unlabeled=ROWS[20:])
    assert found.origins == ["pool"] * 85


def test_children_are_new_and_come_from_the_best() -> None:
    found, model = propose(Offspring(parents=3, children=60))
    rows = rows_of(found)
    assert model.asked == [], "one generation needs no prediction"
    assert set(found.origins) == {"evolution"}
    assert len(set(rows)) == len(rows) > 10
    assert not set(rows) & set(map(tuple, ROWS[:20].tolist()))
    parents = ROWS[:20][np.argsort(-VALUES[:20], kind="stable")[:3]]
    for row in rows:
        # A mutation differs in one decision; a crossover takes every decision from a parent.
        mutant = min((np.array(row) != parents).sum(axis=1)) == 1
        crossed = all(row[place] in parents[:, place] for place in range(4))
        assert mutant or crossed


def test_later_generations_climb_what_the_predictor_says() -> None:
    one, _ = propose(Offspring(parents=4, children=40))
    many, model = propose(Offspring(parents=4, children=40, generations=6))
    assert len(model.asked) == 5
    assert many.choices.sum(axis=1).max() >= one.choices.sum(axis=1).max()
    low = ROWS[np.argsort(VALUES, kind="stable")[:20]]
    start, _ = propose(Offspring(parents=4, children=20), labeled=low)
    climbed, _ = propose(Offspring(parents=4, children=20, generations=8), labeled=low)
    assert climbed.choices.sum(axis=1).max() > start.choices.sum(axis=1).max() + 2


def test_only_what_can_be_bought_is_a_candidate() -> None:
    def even(rows: NDArray[np.int8]) -> NDArray[np.int8]:
        return rows[rows[:, 0] % 2 == 0]

    found, _ = propose(Offspring(parents=5, children=100), within_pool=even)
    assert len(found.choices) > 0
    assert (found.choices[:, 0] % 2 == 0).all()


def test_crossover_happens_as_often_as_it_is_said_to() -> None:
    counts = Counter()
    parents = ROWS[:20][np.argsort(-VALUES[:20], kind="stable")[:10]]
    for crossed in (0.0, 1.0):
        found, _ = propose(Offspring(parents=10, children=300, crossed=crossed))
        for row in rows_of(found):
            near = min((np.array(row) != parents).sum(axis=1))
            counts[crossed, near > 1] += 1
    assert counts[0.0, True] == 0
    assert counts[1.0, True] > 0


@pytest.mark.parametrize(
    "settings",
    [{"parents": 1}, {"children": 0}, {"generations": 0}, {"crossed": 1.5}, {"crossed": -0.1}],
)
def test_settings_out_of_range(settings: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        Offspring(**settings)  # type: ignore[arg-type]
