"""Supernet accuracy as an objective of a study, with any strategy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout import search
from archscout.errors import SettingsError, StorageError
from archscout.images import Images, load_images
from archscout.spaces import load_space
from archscout.supernets import RoundPlan, SupernetAccuracy
from archscout.training.settings import TrainSettings

SPACE = load_space("nasbench-macro")
PLAN = RoundPlan(
    TrainSettings(batch=16, learning_rate=0.05, precision="float32"),
    epochs=1,
    first=5,
    each=3,
    rounds=2,
    supernet={"channels": 4},
    recalibration=0,
)


def make_images(seed: int = 0) -> Images:
    rng = np.random.default_rng(seed)
    targets = np.arange(48) % 3
    pixels = rng.integers(0, 160, (48, 8, 8, 3))
    pixels[np.arange(48), :, :, targets] += 60
    images = load_images(pixels.astype(np.uint8), resolution=8)
    return replace(images, targets=targets, classes=("red", "green", "blue"))


LEARNT, HELD = make_images().split(0.3, 0)


def make(folder: Path, **changes: Any) -> SupernetAccuracy:
    return SupernetAccuracy(SPACE, LEARNT, HELD, replace(PLAN, **changes), folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "settings"),
    [
        ("random", {}),
        ("evolution", {"population": 5, "sample": 3}),
        ("local", {}),
        ("guided", {"first": 5, "each": 3}),
        ("optuna:tpe", {}),
    ],
)
def test_any_strategy_buys_the_labels_of_all_rounds(
    strategy: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    objective = make(tmp_path / "supernet")
    result = search(SPACE, objective, strategy, 11, 3, tmp_path, settings=settings)
    assert [len(part.accuracies) for part in objective.ended] == [5, 8, 11]
    owns = [5, 3, 3]
    bought = [v for p, own in zip(objective.ended, owns, strict=True) for v in p.accuracies[-own:]]
    assert [label.value for label in result.labels] == bought
    assert [label.architecture for label in result.labels] == objective.archs
    assert all(label.seconds > 0 for label in result.labels)
    assert result.unit == "percent"
    newest = objective.newest(objective.archs)
    assert newest.tolist() == objective.ended[-1].accuracies.tolist()
    # The same call again reads labels and accuracies, and trains nothing.
    copied = make(tmp_path / "supernet")
    copied._run = lambda *_: pytest.fail("a round was run again")  # type: ignore[method-assign]
    again = search(SPACE, copied, strategy, 11, 3, tmp_path, settings=settings)
    assert again.labels == result.labels


@pytest.mark.slow
def test_the_newest_or_all_architectures_are_trained_on(tmp_path: Path) -> None:
    for pool, sizes in (("newest", [5, 3, 3]), ("accumulated", [5, 8, 11])):
        objective = make(tmp_path / pool, pool=pool)
        search(SPACE, objective, "random", 11)
        assert [part.trained_on for part in objective.ended] == sizes


@pytest.mark.slow
def test_accuracies_of_other_architectures_are_not_taken(tmp_path: Path) -> None:
    search(SPACE, make(tmp_path), "random", 11, seed=0)
    other = make(tmp_path)
    with pytest.raises(StorageError, match="trained beyond round 0"):
        search(SPACE, other, "random", 11, seed=1)


def test_a_folder_or_a_record_of_other_weights_is_refused(tmp_path: Path) -> None:
    first = make(tmp_path / "first").identity()
    assert make(tmp_path / "other", seed=1).identity() != first
    make(tmp_path)
    for changes in ({"seed": 1}, {"epochs": 2}, {"supernet": {"channels": 8}}):
        with pytest.raises(StorageError, match="holds another supernet"):
            make(tmp_path, **changes)
        assert (
            make(tmp_path).identity()
            != make(tmp_path / "other" / str(changes), **changes).identity()
        )
    with pytest.raises(StorageError, match="images"):
        SupernetAccuracy(SPACE, make_images(1), HELD, PLAN, tmp_path)


def test_what_was_in_no_round_has_no_accuracy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="was in no round"):
        make(tmp_path).measure(SPACE.parse("01222222"), np.random.default_rng(0))


def test_images_without_classes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="some with classes"):
        SupernetAccuracy(SPACE, LEARNT, replace(HELD, targets=None), PLAN, tmp_path)
