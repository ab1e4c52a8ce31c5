"""The presets hold what the paper's two releases and this project's default say."""

from __future__ import annotations

from typing import Any

import pytest

from archscout.errors import UnknownNameError
from archscout.predictors._parts.presets import PRESETS, Preset, find_preset

# The releases for 300 labels (the first), 2000 labels and ImageNet (the second).
PUBLISHED: dict[str, dict[str, Any]] = {
    "paper-300": {
        "hidden": 16,
        "mlp_hidden": 64,
        "epochs_first": 10_000,
        "epochs_more": 1_000,
        "upsample": 100,
        "target": "min-max",
    },
    "paper-2000": {
        "hidden": 64,
        "mlp_hidden": 16,
        "epochs_first": 1_000,
        "epochs_more": 500,
        "upsample": 10,
        "target": "z-score",
    },
    "paper-imagenet": {
        "hidden": 16,
        "mlp_hidden": 64,
        "epochs_first": 10_000,
        "epochs_more": 1_000,
        "upsample": 1,
        "target": "min-max",
    },
}
IN_ALL = {
    "network": "lstm",
    "tokens": "sequence",
    "members": 1,
    "learning_rate": 1e-3,
    "weight_decay": 1e-4,
    "decoupled_decay": False,
    "batch": 100,
    "clip": 5.0,
    "dropout": 0.1,
    "trade_off": 0.8,
    "structure": 0.0,
    "resample": False,
    "one_cycle": False,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_settings(name: str) -> None:
    preset = vars(PRESETS[name])
    assert {key: preset[key] for key in PUBLISHED[name] | IN_ALL} == PUBLISHED[name] | IN_ALL


def test_the_lstm_preset_is_the_papers_network_on_a_short_schedule() -> None:
    short, paper = PRESETS["lstm"], PRESETS["paper-300"]
    assert short.network == paper.network == "lstm"
    assert short.trade_off == paper.trade_off
    assert short.epochs_first * 20 < paper.epochs_first


def test_names_and_presets_are_found() -> None:
    own = Preset(network="flow")
    assert find_preset(own) is own
    assert find_preset("fast") is PRESETS["fast"]
    with pytest.raises(UnknownNameError, match="did you mean 'paper-2000'"):
        find_preset("paper2000")
