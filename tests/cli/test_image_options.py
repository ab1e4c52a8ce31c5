"""Folders in parts through the commands that read images: what is held out, tested, and said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from archscout.cli import app
from archscout.cli._image_options import TrainingImages

QUICK = {
    "train": ["200100", "--channels", "4", "--cells", "1", "--epochs", "1", "--batch", "16"],
    "search-supernet": [
        *["--space", "nasbench-macro", "--channels", "4", "--first", "4", "--each", "2"],
        *["--rounds", "0", "--epochs-per-round", "1", "--final-epochs", "1"],
    ],
    "search-unlabeled": [
        *["--supernet", "channels=4", "--epochs", "1", "--trust", "4", "--no-true-labels"]
    ],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty pictures to train on, six held out, four of one class for the test."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for part, kinds, count in (
        ("seg_train", "ab", 10),
        ("seg_dev", "ab", 3),
        ("seg_test", "b", 4),
    ):
        for kind in kinds:
            place = tmp_path / "seg" / part / kind
            place.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(place / f"{number}.png")
    return tmp_path / "seg"


def call(command: str, images: Path | str, *words: str) -> Result:
    quick = QUICK[command]
    first = quick[:1] if command == "train" else []
    settings = [*quick[len(first) :], "--resolution", "8", "--out", "out"]
    return CliRunner().invoke(app, [command, *first, str(images), *settings, *words])


def test_train_holds_out_what_the_user_brought(folder):
    done = call("train", folder, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["classes"] == ["a", "b"]
    counts = [told[f"{part}_images"] for part in ("train", "validation", "test")]
    assert counts == [20, 6, 4]
    assert "none of class a" in done.stderr


def test_a_share_or_a_folder_may_be_held_out_instead(folder):
    done = call("train", folder, "--validation", "0.3", "--limit", "12", "--json")
    told = json.loads(done.stdout)
    assert told["train_images"] + told["validation_images"] == 12
    done = call(
        "train", folder / "seg_train", "--out", "b", "--validation", str(folder / "seg_dev")
    )
    assert done.exit_code == 0, done.output
    assert "20 images (8x8, 2 classes: a, b)" in done.stdout
    assert "of 6 images" in done.stdout
    wrong = call("train", folder, "--validation", "nowhere")
    assert (wrong.exit_code, "nowhere" in wrong.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["search-supernet", "search-unlabeled"])
def test_searches_score_on_what_the_user_brought(folder, command):
    done = call(command, folder, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["classes"] == ["a", "b"]
    if command == "search-supernet":
        assert (told["held_out"], told["test_images"]) == (6, 4)
    # Another set held out is another search.
    (folder / "seg_dev" / "a" / "0.png").unlink()
    assert call(command, folder).exit_code == 2


@pytest.mark.parametrize("command", ["train", "search-supernet"])
def test_trainings_on_classes_say_why_they_need_them(folder, command):
    done = call(command, folder, "--no-classes")
    assert done.exit_code == 2
    assert "learns to tell classes apart" in done.stderr
    assert not Path("out").exists()


def test_a_search_without_classes_can_leave_them_out(folder):
    done = call("search-unlabeled", folder, "--no-classes", "--limit", "10")
    assert done.exit_code == 0, done.output
    assert "read 10 images (8x8, no classes)" in done.stdout


def test_a_class_of_the_test_images_alone_is_named(folder):
    (folder / "seg_test" / "b").rename(folder / "seg_test" / "zebra")
    done = call("train", folder)
    assert done.exit_code == 2
    assert "have not: zebra, and lack a, b; expected a, b" in done.stderr


@pytest.mark.parametrize("name", ["9_1", "nan", "infinity", "\u0663", "val_2"])
def test_names_that_python_takes_for_numbers_are_images(name):
    assert TrainingImages(Path("images"), validation=name).share is None
