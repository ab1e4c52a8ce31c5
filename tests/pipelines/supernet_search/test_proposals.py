"""What the strategy hears and asks in each round."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_supernet_search import make_settings

from archscout._common.parts_folder import PartsFolder
from archscout.pipelines.supernet_search.proposals import Proposals
from archscout.spaces import load_space

SPACE = load_space("nasbench-macro")


def make(path: Path, **changes: object) -> Proposals:
    return Proposals(SPACE, make_settings(limits=(), **changes), PartsFolder(path, {}, "test"))


def play(proposals: Proposals, rounds: int) -> list:
    archs: list = []
    for number in range(rounds):
        archs += proposals.next(number)
        # Another value for the same architecture in every round, as from new weights.
        values = SPACE.choices(archs).sum(axis=1) * (1.0 - 2.0 * number)
        proposals.tell(archs, np.asarray(values, dtype=np.float64))
    return archs


def test_the_strategy_learns_from_the_newest_values_of_all(tmp_path: Path) -> None:
    proposals = make(tmp_path)
    archs = play(proposals, 2)
    proposals.next(2)
    strategy = proposals._strategy
    assert strategy._values == {a: -float(sum(a.choices)) for a in archs}
    assert strategy.audit[-1]["labels"] == 12


def test_proposals_that_are_kept_are_caught_up_with(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole")
    play(whole, 2)
    expected = whole.next(2)
    play(make(tmp_path / "killed"), 2)
    again = make(tmp_path / "killed")
    play(again, 2)
    assert again._strategy is None, "nothing was asked of it yet"
    assert again.next(2) == expected


@pytest.mark.parametrize("best", [True, False])
def test_trap_the_ascent_starts_from_the_best(tmp_path: Path, best: bool) -> None:
    proposals = make(tmp_path, best_seeds=best)
    proposals.next(0)
    assert proposals._strategy.source.best_seeds is best
    assert make_settings().best_seeds


def test_every_round_is_as_large_as_asked_for_and_learnt_anew(tmp_path: Path) -> None:
    proposals = make(tmp_path, first=30, each=2)
    # A share of the labels so far would leave proposals over that the next round takes unlearnt.
    assert len(play(proposals, 3)) == 34
    assert [row["labels"] for row in proposals._strategy.audit] == [30, 32]
