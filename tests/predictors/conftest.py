"""Small settings that learn in a moment, and a value that is easy to learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from archscout.predictors._parts.presets import PRESETS, Preset
from archscout.predictors.graph_network import GraphNetwork
from archscout.predictors.mlp import MLP


@pytest.fixture
def flow() -> Preset:
    """The default with few members and few steps."""
    return replace(
        PRESETS["fast"], members=3, hidden=8, steps_first=12, steps_more=4, unlabeled_batch=8
    )


@pytest.fixture
def lstm() -> Preset:
    """The network of the paper, tiny and hardly taught."""
    return replace(PRESETS["lstm"], hidden=8, mlp_hidden=8, epochs_first=6, epochs_more=2)


@pytest.fixture
def small_presets(flow: Preset, lstm: Preset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of presets stand for small settings."""
    monkeypatch.setitem(PRESETS, "fast", flow)
    monkeypatch.setitem(PRESETS, "lstm", lstm)
    for kind in (MLP, GraphNetwork):
        monkeypatch.setitem(kind.__init__.__kwdefaults__, "steps", 6)


@pytest.fixture
def worth() -> NDArray[np.float64]:
    """What each option of each decision adds to a value, ``(positions, options)``."""
    return np.random.default_rng(5).normal(size=(26, 6))
