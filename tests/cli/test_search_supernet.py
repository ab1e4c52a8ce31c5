"""``archscout search-supernet`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_supernet_search import make_images, small_predictor
from typer.testing import CliRunner

from archscout.cli._app import app
from archscout.predictors._parts.presets import PRESETS
from archscout.training._saved_network import load_network

QUICK = [
    *("--space", "nasbench-macro", "--resolution", "8", "--channels", "4"),
    *("--first", "6", "--each", "6", "--rounds", "1", "--epochs-per-round", "1"),
    *("--train", "precision=float32", "--recalibration", "1", "--final-epochs", "1"),
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A predictor that learns in no time."""
    monkeypatch.setitem(PRESETS, "fast", small_predictor())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    images = make_images()
    path = tmp_path / "noise.npz"
    np.savez(
        path,
        x_train=images.pixels,
        y_train=images.targets,
        x_test=images.pixels[:24, :, ::-1],
        y_test=images.targets[:24],
    )
    return path


def run(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["search-supernet", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.slow
def test_a_search_prints_json_and_leaves_a_network(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    code, out, _ = run(file, *QUICK, "--max-macs", "115k", "--out", folder, "--json")
    assert code == 0
    said = json.loads(out)
    assert said["scored"] == 12
    assert said["macs"] <= 115_000
    assert said["test_images"] == 24
    assert load_network(folder)[0].architecture == said["best"]
    code, out, _ = run(file, *QUICK, "--max-macs", "115k", "--out", folder)
    assert code == 0
    for words in (
        "12 bought, 6 renewed",
        "Supernet accuracies by the last weights",
        "candidate, not a winner",
        "next",
    ):
        assert words in out


@pytest.mark.slow
def test_another_strategy_with_settings_of_its_own(file: Path, tmp_path: Path) -> None:
    words = ("--strategy", "evolution", "--set", "population=6", "--final-epochs", "0", "--json")
    code, out, _ = run(file, *QUICK, *words, "--out", tmp_path / "out")
    assert code == 0
    said = json.loads(out)
    assert said["manifest"]["strategy"] == "evolution"
    assert said["manifest"]["settings"]["strategy_settings"] == {"population": 6}
    assert (said["manifest"]["labels"], said["manifest"]["renewed"]) == (12, 6)


def test_unlabeled_images_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bare.npy"
    np.save(path, make_images().pixels)
    code, _, error = run(path, *QUICK, "--out", tmp_path / "out")
    assert code == 2
    assert "have no classes" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--space", "mobilnet"], "did you mean 'mobilenet'"),
        (["--strategy", "evolutoin"], "did you mean 'evolution'"),
        (["--preset", "fats"], "did you mean 'fast'"),
        (["--strategy", "evolution", "--preset", "fast"], "preset"),
        (["--set", "populaton=3", "--strategy", "evolution"], "did you mean 'population'"),
        (["--train", "epochs=3"], "use --epochs-per-round 3"),
        (["--final-epochs", "-1"], "--final-epochs -1"),
        (["--max-macs", "1k"], "MACs"),
        (["--channels", "4", "--space", "mobilenet"], "channels"),
    ],
)
def test_wrong_options_are_one_sentence(
    words: list[str], said: str, file: Path, tmp_path: Path
) -> None:
    code, _, error = run(file, *QUICK, *words, "--out", tmp_path / "out")
    assert code == 2
    assert said in error
    assert error.count("\n") == 1
