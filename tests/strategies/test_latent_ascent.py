"""Where ascents start, how far they go, and what becomes a candidate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.strategies._candidates import Candidates, PoolFilter, Round
from archscout.strategies._latent_ascent import LatentAscent
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ROWS = np.random.default_rng(0).permutation(SPACE.all_choices())
WORTH = np.array([[1.0, 0.2, 0.1, 0.01], [-1.0, 0.2, 0.1, 0.01]])


class Model:
    """A predictor that keeps what it is asked and writes what it is told."""

    def __init__(self, members: int = 1, written: NDArray[np.int8] | None = None) -> None:
        self.worth = WORTH[:members]
        self.written = ROWS[:0] if written is None else written
        self.climbs: list[tuple[list[tuple[int, ...]], float]] = []

    def member_scores(self, rows: NDArray[np.int8]) -> NDArray[np.float64]:
        return self.worth @ rows.T

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return values / 10

    def check_climb(self) -> None:
        pass

    def climb(self, rows: NDArray[np.int8], step: float) -> NDArray[np.int8]:
        self.climbs.append((list(map(tuple, rows.tolist())), step))
        start = 3 * (len(self.climbs) - 1)
        return self.written[start : start + 3]


def everything(rows: NDArray[np.int8]) -> NDArray[np.int8]:
    return rows


def propose(
    ascent: LatentAscent, model: Any, known: Any = (), within_pool: PoolFilter = everything
) -> Candidates:
    rng, seen = np.random.default_rng(0), set(map(tuple, known))
    now = Round(ROWS[:20], np.arange(20.0), ROWS[20:60], seen, within_pool, rng)
    return ascent.propose(model, now)


def test_trap_seeds_are_the_best_and_not_the_worst() -> None:
    model = Model()
    propose(LatentAscent(seeds=6, steps=(1.0,)), model)
    ((seeds, _),) = model.climbs
    scores = np.concatenate([np.arange(20.0) / 10, model.member_scores(ROWS[20:60])[0]])
    best = np.argsort(-scores, kind="stable")[:6]
    assert seeds == list(map(tuple, ROWS[best].tolist())), "best first, measured and predicted"


def test_best_seeds_false_shows_the_slip_of_an_ascending_sort() -> None:
    model = Model()
    propose(LatentAscent(seeds=6, steps=(1.0,), best_seeds=False), model)
    ((seeds, _),) = model.climbs
    scores = np.concatenate([np.arange(20.0) / 10, model.member_scores(ROWS[20:60])[0]])
    worst = np.argsort(scores, kind="stable")[:6]
    assert seeds == list(map(tuple, ROWS[worst].tolist()))


def test_without_unlabeled_architectures_the_measured_ones_are_the_seeds() -> None:
    model = Model(written=ROWS[90:])
    found = LatentAscent(
        seeds=3, steps=(1.0,), fresh_seeds=5
    ).propose(
        model,  # type: ignore[arg-type]
        Round(ROWS[:20], np.arange(20.0), ROWS[:0], set(), everything, np.random.default_rng(0)),
    )
    assert model.climbs[0][0] == list(map(tuple, ROWS[[19, 18, 17]].tolist()))
    assert found.origins == ["latent ascent"] * 3


def test_each_member_of_an_ensemble_names_its_own_seeds() -> None:
    model = Model(members=2)
    propose(LatentAscent(seeds=6, steps=(1.0,)), model)
    seeds = model.climbs[0][0]
    predicted = model.member_scores(ROWS[20:60])
    scores = np.concatenate([np.tile(np.arange(20.0) / 10, (2, 1)), predicted], axis=1)
    wanted: list[int] = []
    for place in np.argsort(-scores, axis=1, kind="stable")[:, :3].T.ravel():
        if place not in wanted:
            wanted.append(int(place))
    assert seeds == list(map(tuple, ROWS[wanted].tolist()))


def test_fresh_seeds_are_unlabeled_and_candidates_themselves() -> None:
    model = Model(written=ROWS[90:93])
    found = propose(LatentAscent(seeds=2, steps=(1.0,), fresh_seeds=4), model)
    best = np.argsort(-model.member_scores(ROWS[20:60])[0], kind="stable")[:4] + 20
    fresh = list(map(tuple, ROWS[best].tolist()))
    assert model.climbs[0][0][2:] == fresh
    assert list(map(tuple, found.choices[:4].tolist())) == fresh
    assert found.origins == ["seed"] * 4 + ["latent ascent"] * 3


def test_steps_grow_until_enough_is_found() -> None:
    model = Model(written=ROWS[60:])
    steps = tuple(float(step) for step in range(1, 11))
    found = propose(LatentAscent(seeds=2, steps=steps, enough=7), model)
    assert [step for _, step in model.climbs] == [1.0, 2.0, 3.0]
    assert len(found.choices) == len(found.origins) == 9
    everything = Model(written=ROWS[60:])
    propose(LatentAscent(seeds=2, steps=steps), everything)
    assert [step for _, step in everything.climbs] == list(steps)
    starts = [start for start, _ in everything.climbs]
    assert starts == [starts[0]] * 10, "every step starts from the seeds"


def test_candidates_are_new_and_different() -> None:
    written = np.concatenate([ROWS[60:63], ROWS[60:63], ROWS[63:66]])
    model = Model(written=written)
    found = propose(LatentAscent(seeds=2, steps=(1.0, 2.0, 3.0)), model, known=ROWS[61:64])
    assert np.array_equal(found.choices, ROWS[[60, 64, 65]])
    assert found.choices.dtype == np.int8
    nothing = propose(LatentAscent(seeds=2, steps=(1.0,)), Model())
    assert nothing.choices.shape == (0, 4)
    assert nothing.origins == []


def test_what_cannot_be_bought_is_no_candidate_and_does_not_count_as_enough() -> None:
    model = Model(written=ROWS[60:])
    pool = set(map(tuple, ROWS[64:80].tolist()))

    def within_pool(rows: NDArray[np.int8]) -> NDArray[np.int8]:
        return rows[[tuple(row) in pool for row in rows.tolist()]]

    ascent = LatentAscent(seeds=2, steps=(1.0, 2.0, 3.0, 4.0), enough=3)
    found = propose(ascent, model, within_pool=within_pool)
    assert len(model.climbs) == 3
    assert np.array_equal(found.choices, ROWS[64:69])


@pytest.mark.parametrize("seeds", [1, 60, 500])
def test_more_seeds_than_architectures_are_all_of_them(seeds: int) -> None:
    model = Model()
    propose(LatentAscent(seeds=seeds, steps=(1.0,)), model)
    assert len(model.climbs[0][0]) == min(seeds, 60)


def test_a_predictor_without_a_latent_space_cannot_be_climbed() -> None:
    class Plain:
        def member_scores(self, rows: NDArray[np.int8]) -> NDArray[np.float64]:
            return rows.sum(axis=1)[None]

    with pytest.raises(SettingsError, match="Plain, expected one with a latent space"):
        propose(LatentAscent(seeds=2, steps=(1.0,)), Plain())
