"""Predictors learn and predict the same whatever the user set, and leave all as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import cholesky
from threadpoolctl import threadpool_info

from archscout.predictors import gaussian_process, list_predictors, make_predictor
from archscout.spaces import load_space
from hostile_states import STATES, everything, state_of_process

SPACE = load_space("nasbench201")
# One of each kind takes part in the daily round: flow and LSTM networks, trees, processes.
QUICK = {"flow", "lstm", "mlp", "gaussian-process", "forest"}
NAMES = [*list_predictors(), "pseudo:mlp", "ensemble:graph-network", "conformal:forest"]


def learnt(name: str) -> NDArray[np.float64]:
    """All that a predictor says after a fit on few labels."""
    rng = np.random.default_rng(0)
    archs, others = SPACE.sample_choices(rng, 14), SPACE.sample_choices(rng, 20)
    values = (archs == 3).sum(axis=1) + rng.normal(size=14) / 10
    model = make_predictor(name, SPACE, np.random.default_rng(1)).fit(archs, values, others)
    posterior = model.predict(others)
    said = [*posterior, *posterior.scores, posterior.to_scores(values)]
    return np.concatenate([*said, posterior.draws(2).ravel()])


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
)
def test_all_settings_together_change_nothing(name: str, small_presets: None) -> None:
    expected = learnt(name)
    with everything():
        before = state_of_process()
        found = learnt(name)
        assert state_of_process() == before
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("state", STATES)
def test_each_setting_alone_changes_nothing(state: str, small_presets: None) -> None:
    expected = learnt("mlp")
    with STATES[state]():
        assert np.array_equal(learnt("mlp"), expected)


@pytest.mark.parametrize("name", ["mlp", "flow", "arch2vec"])
def test_a_predictor_that_was_taught_in_inference_mode_learns_on(
    name: str, small_presets: None
) -> None:
    rng = np.random.default_rng(0)
    archs = SPACE.sample_choices(rng, 12)
    model = make_predictor(name, SPACE, rng, **({"drawn": 50} if name == "arch2vec" else {}))
    with everything():
        model.fit(archs, np.arange(12.0))
        model.predict(archs)
    model.fit(archs, -np.arange(12.0))
    assert np.isfinite(model.predict(archs).mean).all()


def test_the_gaussian_process_solves_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def solve(*given: Any, **more: Any) -> Any:
        seen.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
        return cholesky(*given, **more)

    monkeypatch.setattr(gaussian_process, "cholesky", solve)
    with STATES["threads"]():
        learnt("gaussian-process")
    assert set(seen) == {1}
