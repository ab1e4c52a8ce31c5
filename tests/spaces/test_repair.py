"""Repair ends inside, changes only what it may, and says where it failed."""

from __future__ import annotations

import numpy as np

from archscout.spaces.limits._repair import repair

COUNTS = np.array([3, 3, 1, 4])


def above_two(rows: np.ndarray) -> np.ndarray:
    return np.maximum(rows.sum(axis=1) - 2.0, 0)


def test_every_row_ends_inside_and_those_inside_stay() -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, COUNTS, (50, 4)).astype(np.int8)
    repaired, inside = repair(rows, COUNTS, above_two, rng)
    assert inside.all()
    assert repaired.sum(axis=1).max() <= 2
    assert ((repaired >= 0) & (repaired < COUNTS)).all()
    kept = above_two(rows) == 0
    assert np.array_equal(repaired[kept], rows[kept])


def test_decisions_that_are_not_free_stay() -> None:
    rows = np.array([[2, 2, 0, 3], [2, 2, 0, 3]], dtype=np.int8)
    free = np.array([[False, True, True, True], [False, False, True, True]])
    repaired, inside = repair(rows, COUNTS, above_two, np.random.default_rng(0), free=free)
    assert repaired[0].tolist() == [2, 0, 0, 0]
    # Both large ones stay in the second row, which so cannot be repaired.
    assert repaired[1, :2].tolist() == [2, 2]
    assert inside.tolist() == [True, False]


def test_forbidden_rows_are_led_out() -> None:
    def excess(rows: np.ndarray) -> np.ndarray:
        return np.where(rows[:, 0] == 2, np.inf, above_two(rows))

    rows = np.array([[2, 2, 0, 3]], dtype=np.int8)
    repaired, inside = repair(rows, COUNTS, excess, np.random.default_rng(0))
    assert inside[0]
    assert repaired[0, 0] != 2
