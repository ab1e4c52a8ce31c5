"""The command that searches without labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_search import make_images
from typer.testing import CliRunner

from archscout.cli._app import app

QUICK = ["--resolution", "8", "--epochs", "1", "--trust", "0", "--supernet", "channels=4"]


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*map(str, ["search-unlabeled", *arguments])])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pictures") / "pictures.npz"
    np.savez(file, images=make_images(48, labelled=False).pixels)
    return file


def test_images_without_labels_give_a_candidate_and_the_next_step(
    pictures: Path, tmp_path: Path
) -> None:
    code, out, _ = run(pictures, *QUICK, "--out", tmp_path)
    assert code == 0
    assert "read 48 images" in out
    assert "so it is a candidate" in out
    assert f"archscout export {tmp_path} --to code" in out.replace("\n", "")
    assert (tmp_path / "report.html").is_file()
    code, _, _ = CliRunner().invoke(app, ["export", str(tmp_path), "--to", "code"]), 0, 0
    assert code.exit_code == 0
    larger = ["export", str(tmp_path), "--to", "code", "--set", "channels=8", "--out"]
    assert CliRunner().invoke(app, [*larger, str(tmp_path / "larger")]).exit_code == 0
    small = (tmp_path / "export" / "network.py").read_text()
    assert '{"classes": 10, "channels": 4, "cells": 1}' in small
    assert '"channels": 8' in (tmp_path / "larger" / "network.py").read_text()


@pytest.mark.slow
def test_json_holds_the_findings_and_nothing_else(pictures: Path, tmp_path: Path) -> None:
    code, out, _ = run(pictures, *QUICK, "--out", tmp_path, "--json")
    kept = json.loads(out)
    assert code == 0
    assert kept["names_a_winner"] is False
    assert [row["way"] for row in kept["found"]][:3] == [
        "angle",
        "angle between two fresh initialisations",
        "parameters on live paths",
    ]


@pytest.mark.slow
def test_latency_is_measured_once_and_limits_the_search(pictures: Path, tmp_path: Path) -> None:
    generous = [pictures, *QUICK, "--out", tmp_path, "--max-latency", "10s", "--json"]
    code, out, said = run(*generous)
    assert code == 0
    assert "mean error" in said
    assert json.loads(out)["limits"] == ["at most 10000 ms"]
    table = (tmp_path / "latency.json").read_bytes()
    code, again, said = run(*generous)
    assert code == 0
    assert "measuring" not in said
    assert (tmp_path / "latency.json").read_bytes() == table
    assert json.loads(again)["best"] == json.loads(out)["best"]
    code, _, said = run(*generous, "--supernet", "channels=8")
    assert code == 2
    assert "holds latencies of other networks" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--space", "nasbench101"], "no space of random-label search is named 'nasbench101'"),
        (["--labels", "guessed"], "no kind of labels is named 'guessed'"),
        (["--labels", "true"], "have no classes"),
        (["--trust", "2"], "4 or more: 0 for no trust check"),
        (["--max-macs", "5"], "MACs"),
        (["--max-latency", "soon"], "as an amount of ms"),
        (["--supernet", "colour=3"], "no setting of the supernet"),
        (["--supernet", "classes=3"], "which the search sets itself"),
        (["--train", "seed=3"], "expected --seed for that"),
        (["--train", "speed=3"], "no setting of training is named 'speed'"),
        (["--classes", "1"], "at least 2"),
        (["--sampling", "lucky"], "no sampling is named 'lucky'"),
        (["--resolution", "7"], "multiple of 4"),
        (["--proxies", "params,nope"], "no proxy is named 'nope'"),
    ],
)
def test_wrong_questions_are_one_sentence_and_exit_with_2(
    pictures: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    code, _, complained = run(pictures, "--resolution", "8", "--out", tmp_path, *arguments)
    assert code == 2, complained
    assert said in complained.splitlines()[-1]


def test_a_folder_without_pictures_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    code, _, said = run(tmp_path)
    assert code == 2
    assert "notes.txt" in said
