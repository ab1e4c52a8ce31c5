"""Settings: checks, epochs of a round, and what was published."""

from __future__ import annotations

from typing import Any

import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.pipelines.supernet_search import SupernetSearchSettings, published
from archscout.spaces import load_space
from archscout.strategies import PLANS
from archscout.training.settings import TrainSettings

PUBLISHED = published("mobilenet")


def test_the_published_experiment_on_imagenet() -> None:
    assert (PUBLISHED.first, PUBLISHED.each, PUBLISHED.rounds) == (100, 100, 3)
    assert (PUBLISHED.updates, PUBLISHED.pool) == (20_000, "newest")
    assert PUBLISHED.best_seeds, "the paper's best, not the code's worst"
    assert PUBLISHED.recalibration == 0
    assert round(PUBLISHED.validation * 1_281_167) == 50_000
    plan, ascent, _ = PLANS[PUBLISHED.preset]
    assert (plan.unlabeled, ascent.seeds, ascent.steps[:2]) == (4_000, 100, (0.1, 0.2))
    learnt = 1_231_167
    assert PUBLISHED.round_epochs(learnt) == 8
    plan = PUBLISHED.plan(learnt)
    training = plan.training
    assert (plan.epochs * (plan.rounds + 1), training.batch) == (32, 512)
    assert (training.learning_rate, training.schedule, training.step_factor) == (0.4, "step", 0.97)
    assert (training.weight_decay, training.label_smoothing) == (4e-5, 0.1)
    alone = PUBLISHED.alone_training
    assert (alone.epochs, alone.batch, alone.learning_rate) == (300, 256, 0.05)
    assert (alone.schedule, alone.final_learning_rate, alone.weight_decay) == ("cosine", 0, 4e-5)


def test_the_published_net_at_the_widths_of_the_search_and_of_the_end() -> None:
    space = load_space("mobilenet")
    found = space.parse("6 5 1 7 4 2 5 3 5 2 5 3 3 5 7 3 1 6 3 3 6")
    widths = [PUBLISHED.supernet_settings["widths"], PUBLISHED.network["widths"]]
    assert [round(space.macs(found, width) / 1e6, 1) for width in widths] == [339.2, 599.0]
    assert [round(space.params(found, width) / 1e6, 3) for width in widths] == [3.885, 6.319]


def test_updates_become_epochs() -> None:
    batch = TrainSettings(batch=50)
    settings = SupernetSearchSettings(training=batch, updates=60, rounds=1)
    assert settings.round_epochs(1_000) == 3
    assert SupernetSearchSettings(training=batch, updates=1).round_epochs(1_000) == 1


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"space": "darts"}, UnknownNameError, "darts"),
        ({"pool": "newst"}, UnknownNameError, "did you mean 'newest'"),
        ({"strategy": "evolutoin"}, UnknownNameError, "did you mean 'evolution'"),
        ({"preset": "fats"}, UnknownNameError, "did you mean 'fast'"),
        ({"first": 3}, SettingsError, "first=3"),
        ({"each": 0}, SettingsError, "each=0"),
        ({"epochs": 0}, SettingsError, "epochs=0"),
        ({"updates": 0}, SettingsError, "updates=0"),
        ({"trust": 2}, SettingsError, "0 or a whole number of 4 or more"),
        ({"validation": 1.0}, SettingsError, "between 0 and 1"),
        ({"recalibration": -1}, SettingsError, "recalibration=-1"),
    ],
)
def test_wrong_settings_are_refused(changes: dict[str, Any], kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        SupernetSearchSettings(**changes)
