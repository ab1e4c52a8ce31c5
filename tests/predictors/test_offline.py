"""The offline predictor: a graph network read by a long short-term memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.predictors import make_predictor
from archscout.predictors.offline import OfflinePredictor
from archscout.spaces import load_space
from archscout.stats import kendall_tau

SPACE = load_space("nasbench201")
QUICK: dict[str, Any] = {"members": 3, "hidden": 12, "steps": 100, "learning_rate": 0.02}


@pytest.mark.slow
def test_learns_once_and_can_be_asked_again_and_again() -> None:
    rng = np.random.default_rng(0)
    cells = SPACE.sample_choices(rng, 400)
    worth = 70 + 3.0 * (cells == 3).sum(axis=1)
    model = make_predictor("offline", SPACE, rng, **QUICK).fit(cells[:100], worth[:100])
    asked = [model.predict(cells[100:]).mean for _ in range(2)]
    np.testing.assert_array_equal(*asked)
    assert kendall_tau(asked[0], worth[100:]) > 0.6
    assert model.draws(cells[:5], 1).shape == (3, 5)
    assert model.predict_scores(cells[:5]).mean.shape == (5,)
    np.testing.assert_allclose(np.diff(model.scores_of(np.unique(worth))) > 0, True)


def test_it_is_a_graph_network_with_another_readout_and_loss() -> None:
    model = OfflinePredictor(SPACE, np.random.default_rng(0), hidden=7)
    assert (model.network.readout, model.network.hidden) == ("lstm", 7)
    assert model.network.teaching.loss == "squared"


def test_bad_use_is_refused() -> None:
    with pytest.raises(SettingsError, match="hidden=0"):
        OfflinePredictor(SPACE, np.random.default_rng(0), hidden=0)
    with pytest.raises(SettingsError, match="fit first"):
        OfflinePredictor(SPACE, np.random.default_rng(0)).predict([])
