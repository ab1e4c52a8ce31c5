"""The trust check: when it names a winner, and what it says when it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.results._unlabeled_sentences import null_sentences, trust_sentences, verdict
from archscout.results.scores import ANGLE, FRESH, LIVE
from archscout.results.trust import TrustCheck

NAMES = [f"net{i}" for i in range(8)]
ACCURACIES = np.arange(8.0)


def test_an_order_like_the_accuracies_names_a_winner() -> None:
    check = TrustCheck(NAMES, ACCURACIES, {ANGLE: ACCURACIES * 2}, epochs=5)
    assert check.names_a_winner
    assert "better than chance" in trust_sentences(check, "")[0]


def test_an_unrelated_order_cannot_name_a_winner() -> None:
    shuffled = np.array([3.0, 7, 0, 5, 1, 6, 2, 4])
    check = TrustCheck(NAMES, ACCURACIES, {ANGLE: shuffled, LIVE: ACCURACIES}, epochs=5)
    assert not check.names_a_winner
    said = trust_sentences(check, "")
    assert "cannot name a winner" in said[0]
    assert said[1].startswith(f"{LIVE} orders the same networks no worse")


def test_the_order_turned_round_cannot_either() -> None:
    check = TrustCheck(NAMES, ACCURACIES, {ANGLE: -ACCURACIES}, epochs=5)
    assert not check.names_a_winner
    assert "the wrong way round" in trust_sentences(check, "")[0]
    assert "the wrong way round" in verdict(check)


def test_angles_that_are_all_equal_cannot_either() -> None:
    check = TrustCheck(NAMES, ACCURACIES, {ANGLE: np.zeros(8)}, epochs=5)
    assert not check.names_a_winner
    assert "unknown" in trust_sentences(check, "")[0]


def test_without_a_check_the_reason_is_said() -> None:
    said = trust_sentences(None, "the images have no labels")
    assert said == [
        "no network was trained alone (the images have no labels), so nothing here says whether "
        "the order of the angle means anything on these images: this is a candidate, not a winner"
    ]


@pytest.mark.parametrize(
    ("accuracies", "angle"),
    [
        ([1.0, 2, 3, 4], [1.0, 2, 3, 4]),
        ([1.0, 2, 3, 4], [4.0, 3, 2, 1]),
        ([50.0, 50, 50, 50, 60], [1.0, 2, 3, 4, 5]),
        ([50.0, 50, 60, 60, 60], [1.0, 1, 2, 2, 2]),
    ],
)
def test_networks_that_cannot_show_an_order_name_no_winner(
    accuracies: list[float], angle: list[float]
) -> None:
    check = TrustCheck(NAMES[: len(angle)], accuracies, {ANGLE: angle}, epochs=1)
    assert not check.names_a_winner
    assert check.judgement == "too few"
    (said,) = trust_sentences(check, "")
    assert "better than chance" not in said
    assert "each trained alone for 1 epoch," in said
    assert "cannot name a winner" in said
    assert "be told from chance" in said
    if len(angle) == 4:
        assert "at least 5 networks are needed" in said
        assert verdict(check).startswith("no: no order of 4 networks can be told from chance")
    (row,) = check.to_dict()["agreement"]
    assert row["least_p"] > 0.05
    assert check.to_dict()["networks_needed"] == 5


def test_five_different_networks_can_show_an_order() -> None:
    check = TrustCheck(NAMES[:5], ACCURACIES[:5], {ANGLE: ACCURACIES[:5]}, epochs=5)
    assert check.names_a_winner
    assert "better than chance (p = 0.017)" in trust_sentences(check, "")[0]


def test_an_order_that_is_not_known_is_not_said_to_be_turned_round() -> None:
    row = {"way": FRESH, "tau": float("nan")}
    (said,) = null_sentences([row], {ANGLE: "x"})
    assert "turned" not in said
    assert "tau-b unknown" in said


def test_three_networks_are_too_few() -> None:
    with pytest.raises(SettingsError, match="at least 4"):
        TrustCheck(NAMES[:3], ACCURACIES[:3], {ANGLE: ACCURACIES[:3]}, epochs=5)


def test_scores_of_another_number_are_refused() -> None:
    with pytest.raises(SettingsError, match="expected one each"):
        TrustCheck(NAMES, ACCURACIES, {ANGLE: ACCURACIES[:5]}, epochs=5)


def test_a_null_that_orders_better_stands_beside_the_winner() -> None:
    angle = np.array([0.0, 1, 2, 4, 3, 5, 6, 7])
    check = TrustCheck(NAMES, ACCURACIES, {ANGLE: angle, LIVE: ACCURACIES}, epochs=5)
    assert check.names_a_winner
    assert check.rival == LIVE
    assert verdict(check) == f"yes, but {LIVE} orders no worse: look at what that puts first too"
    alone = TrustCheck(NAMES, ACCURACIES, {ANGLE: ACCURACIES, LIVE: -ACCURACIES}, epochs=5)
    assert alone.rival is None
    assert verdict(alone) == "yes"
