"""The angle beside its nulls."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.results.scores import ANGLE, LIVE, Scores
from archscout.testing._toy import ToySpace


def make_scores(**columns: np.ndarray) -> Scores:
    space = ToySpace()
    choices = space.all_choices()
    angle = choices.sum(axis=1).astype(float)
    return Scores(space, choices, {ANGLE: angle, **columns}, exhaustive=True)


def test_the_angle_agrees_with_itself_and_a_reversed_order_is_negative() -> None:
    scores = make_scores(**{LIVE: -ToySpace().all_choices().sum(axis=1).astype(float)})
    angle, live = scores.agreement()
    assert angle["tau"] == pytest.approx(1.0)
    assert angle["angle_rank"] == 1
    assert live["tau"] == pytest.approx(-1.0)
    assert live["angle_rank"] > 90


def test_the_best_of_a_way_is_its_own() -> None:
    column = np.zeros(len(ToySpace()))
    column[17] = 1
    scores = make_scores(**{LIVE: column})
    assert scores.best(LIVE) == ToySpace().architectures(ToySpace().all_choices()[[17]])[0]


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(SettingsError, match="for 105 architectures"):
        make_scores(**{LIVE: np.zeros(3)})


def test_without_the_angle_there_is_nothing_to_compare_with() -> None:
    space = ToySpace()
    with pytest.raises(SettingsError, match="expected 'angle' too"):
        Scores(space, space.all_choices(), {LIVE: np.zeros(105)}, exhaustive=True)
