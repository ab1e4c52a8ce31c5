"""``archscout export`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from archscout.cli import app
from archscout.training._saved_network import SavedNetwork, make_network, save_network

SAVED = SavedNetwork(
    "nasbench201", "334131", {"channels": 2, "cells": 1, "classes": 3}, resolution=8
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    network = make_network(SAVED, torch.Generator().manual_seed(0))
    save_network(tmp_path / "run", SAVED, network.state_dict())
    return tmp_path / "run"


def call(*words: object) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


def test_code_is_written_into_the_folder_of_the_run(run: Path) -> None:
    ended = call(run, "--to", "code")
    assert ended.exit_code == 0, ended.stderr
    written = sorted(file.name for file in (run / "export").iterdir())
    assert written == ["network.py", "parity.safetensors", "weights.safetensors"]
    assert "trained" in ended.stdout


def test_json_names_the_files(run: Path, tmp_path: Path) -> None:
    ended = call(run / "network.json", "--to", "weights", "--out", tmp_path / "out", "--json")
    told = json.loads(ended.stdout)
    assert told["files"] == [str(tmp_path / "out" / "weights.safetensors")]
    assert told["trained"] is True


def test_force_replaces(run: Path) -> None:
    (run / "export").mkdir()
    (run / "export" / "network.py").write_text("mine")
    ended = call(run, "--to", "code")
    assert ended.exit_code == 2
    assert "exists already and differs" in ended.stderr
    assert (run / "export" / "network.py").read_text() == "mine"
    assert len(list((run / "export").iterdir())) == 1
    assert call(run, "--to", "code", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "cod"], "did you mean 'code'"),
        ([], "Missing option"),
        (["--to", "weights", "--set", "classes=3"], "leave it out"),
        (["--to", "code", "--set", "classes=3"], "whose settings cannot change"),
    ],
)
def test_mistakes_end_in_one_sentence(run: Path, words: list[str], said: str) -> None:
    ended = call(run, *words)
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
