"""Scoring a whole space: every architecture once, in blocks, within limits."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.spaces import MobileNet, load_space
from archscout.spaces.limits._limit import Limit
from archscout.strategies.proxy_search import score_all

CELLS = load_space("nasbench201")


def test_every_architecture_is_scored_once_in_blocks() -> None:
    sizes: list[int] = []
    told: list[tuple[int, int]] = []

    def score(rows: np.ndarray) -> np.ndarray:
        sizes.append(len(rows))
        return np.asarray(CELLS.macs_table(rows))

    found = score_all(CELLS, score, block=4000, on_block=lambda *ends: told.append(ends))
    assert sizes == [4000, 4000, 4000, 3625]
    assert told[-1] == (15625, 15625)
    assert np.array_equal(found.scores, CELLS.macs_table(CELLS.all_choices()))
    assert CELLS.format(found.best).count("nor_conv_3x3") == 6
    scores = [score for _, score in found.top(50)]
    assert scores == sorted(scores, reverse=True)


def test_limits_are_kept() -> None:
    space = CELLS.within(Limit("params", most=5e5))
    found = score_all(space, CELLS.params_table)
    assert found.scored == len(space)
    assert found.best_score <= 5e5
    assert found.to_dict(top=2)["limits"] == [{"what": "params", "most": 5e5}]


def test_what_cannot_be_scored_whole_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"search it with evolve\(\)"):
        score_all(MobileNet(), lambda rows: rows.sum(axis=1))
    with pytest.raises(SettingsError, match="block=0"):
        score_all(CELLS, lambda rows: rows.sum(axis=1), block=0)
