"""The offline predictor: a graph network read by a long short-term memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.predictors import GraphNetwork, make_predictor
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
    assert model.predict(cells[:5]).draws(1).shape == (3, 5)


def test_it_is_a_graph_network_with_another_readout_and_loss() -> None:
    model = make_predictor("offline", SPACE, np.random.default_rng(0), hidden=7)
    assert isinstance(model, GraphNetwork)
    assert (model.readout, model.loss, model.steps, model.hidden) == ("lstm", "squared", 300, 7)


def test_bad_settings_are_refused() -> None:
    with pytest.raises(SettingsError, match="hidden=0"):
        make_predictor("offline", SPACE, np.random.default_rng(0), hidden=0)
