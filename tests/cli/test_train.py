"""``archscout train``: what it prints, what it writes, how it goes on, what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from archscout.cli import app
from archscout.training._saved_network import load_network

SMALL = ["--channels", "4", "--cells", "1", "--resolution", "8", "--epochs", "2", "--batch", "16"]


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    path = tmp_path / "pictures.npz"
    labels = np.arange(60) % 2
    pixels = rng.integers(0, 120, (60, 8, 8, 3)) + 100 * labels[:, None, None, None]
    pixels = pixels.astype(np.uint8)
    np.savez(path, x_train=pixels[:40], y_train=labels[:40], x_test=pixels[40:], y_test=labels[40:])
    return path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["train", *arguments])


def test_it_writes_a_network_and_says_how_good_it_is(images):
    done = call("200100", str(images), *SMALL)
    assert done.exit_code == 0, done.output
    folder = images.parent / "runs" / "train-nasbench201-200100-pictures-seed0"
    saved, network = load_network(folder)
    assert saved.settings == {"channels": 4, "cells": 1, "classes": 2}
    assert f"{saved.accuracy:.2f} percent of 20 images" in done.output
    for words in ("validation accuracy", "always the commonest class", "images/s", "2 epochs"):
        assert words in done.output
    assert sum(weight.numel() for weight in network.parameters()) > 100


def test_what_it_writes_names_no_folder_of_this_computer(images, monkeypatch):
    (images.parent / "work").mkdir()
    monkeypatch.chdir(images.parent / "work")
    out = images.parent / "mine" / "net"
    assert call("200100", str(images), *SMALL, "--out", str(out)).exit_code == 0
    written = [path for path in out.rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert str(images.parent).encode() not in path.read_bytes(), path.name
    assert load_network(out)[0].images == "pictures.npz (x_train)"


@pytest.mark.slow
def test_the_page_is_written_and_written_again_from_what_was_saved(images):
    for text, extra, warns in (("100200", [], False), ("444444", ["--validation", "0"], True)):
        done = call(text, str(images), *SMALL, "--out", text, *extra)
        assert done.exit_code == 0, done.output
        assert ("nothing to learn with" in done.output) == warns
        page = images.parent / text / "report.html"
        first = page.read_text()
        assert ("nothing to learn with" in first) == warns
        assert "Commonest class" in first
        assert "Wilson" in first
        page.unlink()
        again = CliRunner().invoke(app, ["report", text])
        assert again.exit_code == 0, again.output
        assert page.read_text() == first
    (images.parent / "444444" / "trained.json").unlink()
    assert CliRunner().invoke(app, ["report", "444444"]).exit_code == 0
    (images.parent / "100200" / "trained.json").write_text("{}")
    damaged = CliRunner().invoke(app, ["report", "100200"])
    assert damaged.exit_code == 2
    assert "is not a training as archscout writes it" in damaged.stderr


def test_json_and_going_on(images):
    first, again = (
        json.loads(call("200100", str(images), *SMALL, "--out", "net", "--json").stdout)
        for _ in range(2)
    )
    assert first["losses"] == again["losses"]
    assert (first["test"], first["validation"]) == (again["test"], again["validation"])
    assert (first["test_images"], len(first["losses"])) == (20, 2)


def test_settings_reach_the_training(images):
    done = call(
        "200100", str(images), *SMALL, "--out", "net", "--seed", "3", "--set", "learning_rate=0.2"
    )
    assert done.exit_code == 0, done.output
    saved, _ = load_network("net")
    assert saved.seed == 3
    assert "SGD at 0.2" in saved.training


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["999999"], "expected a digit from 0 to 4"),
        (["200100", "--space", "nasbench21"], "did you mean 'nasbench201'"),
        (["200100", "--preset", "alon"], "did you mean 'alone'"),
        (["200100", "--set", "epochs=3"], "use --epochs 3"),
        (["200100", "--set", "learning_rat=3"], "did you mean 'learning_rate'"),
        (["200100", "--size", "widths=3"], "widths"),
        (["200100", "--test", "nowhere"], "nowhere"),
    ],
)
def test_bad_input_is_one_sentence(images, arguments, said):
    done = call(arguments[0], str(images), *SMALL, *arguments[1:])
    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_images_without_labels_are_refused_before_anything_is_written(images):
    np.save("pixels.npy", np.full((30, 8, 8, 3), 200, dtype=np.uint8))
    done = call("200100", "pixels.npy", *SMALL)
    assert done.exit_code == 2
    assert "have no classes" in done.output
    assert not Path("runs").exists()


def test_another_space_trains_too(images):
    text = "1 7 7 7 " * 5 + "1"
    done = call(
        text, str(images), "--space", "mobilenet", "--size", "widths=search", "--resolution", "8",
        "--epochs", "1", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["epochs"] == 1
