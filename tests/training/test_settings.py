"""Settings, presets and the learning rate of every step."""

from __future__ import annotations

import itertools

import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.training._presets import PRESETS, find_settings
from archscout.training._schedule import learning_rate
from archscout.training.settings import TrainSettings


@pytest.mark.parametrize(
    ("name", "values"),
    {
        "nasbench201": (250, 64, 0.025, 0.001, "cosine", True, 5e-4, 0.0, None, None),
        "darts-cifar10": (250, 64, 0.025, 0.001, "cosine", False, 3e-4, 0.0, 5.0, None),
        "darts-imagenet": (50, 512, 0.1, 5e-4, "linear", False, 4e-5, 0.1, None, 5.0),
        "mobilenet": (120, 512, 0.25, 5e-4, "linear", False, 4e-5, 0.1, None, 5.0),
    }.items(),
)
def test_published_settings(name, values):
    found = PRESETS[name]
    assert values == (
        found.epochs,
        found.batch,
        found.learning_rate,
        found.final_learning_rate,
        found.schedule,
        found.nesterov,
        found.weight_decay,
        found.label_smoothing,
        found.clip_norm,
        found.clip_value,
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"epochs": 0},
        {"epochs": True},
        {"batch": 2.5},
        {"learning_rate": 0},
        {"learning_rate": float("nan")},
        {"momentum": 1},
        {"label_smoothing": 1.0},
        {"clip_norm": 0},
        {"clip_norm": 1, "clip_value": 1},
        {"momentum": 0},
        {"warmup_epochs": 20},
        {"crop": -1},
        {"threads": 0},
    ],
)
def test_bad_settings_are_one_sentence(bad):
    with pytest.raises(SettingsError, match=r"^got "):
        TrainSettings(**bad)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: TrainSettings(schedule="cosinus"),
        lambda: TrainSettings(precision="bf16"),
        lambda: TrainSettings().change(epoch=3),
        lambda: find_settings("nasbench21"),
    ],
)
def test_unknown_names_get_the_nearest(ask):
    with pytest.raises(UnknownNameError, match="did you mean"):
        ask()


def rates(**settings):
    made = TrainSettings(learning_rate=1.0, final_learning_rate=0.0, **settings)
    return [
        learning_rate(made, epoch, step, 4) for epoch in range(made.epochs) for step in range(4)
    ]


def test_cosine_and_linear_change_every_step():
    cosine, linear = rates(epochs=4), rates(epochs=4, schedule="linear")
    assert cosine[0] == linear[0] == 1
    assert cosine[8] == pytest.approx(0.5)
    assert linear == pytest.approx([1 - step / 16 for step in range(16)])
    assert all(a > b for a, b in itertools.pairwise(cosine))


def test_step_changes_between_epochs():
    assert rates(epochs=3, schedule="step", step_factor=0.5)[::2] == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_warm_up_rises_from_the_first_step():
    found = rates(epochs=3, schedule="linear", warmup_epochs=1)
    assert found[:4] == [0.25, 0.5, 0.75, 1.0]
    assert found[4] == 1.0
    assert found[-1] == pytest.approx(1 / 8)
