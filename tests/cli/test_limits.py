"""Limits on the command line: what they keep, say, and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from archscout.cli import app
from archscout.cli._problem import Problem
from archscout.spaces import load_space

CELLS = load_space("nasbench201")
QUICK = ["--strategy", "random", "--labels", "6"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def search(*args: str) -> dict[str, Any]:
    done = invoke("search", *QUICK, *args, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def refusal(*args: str) -> str:
    done = invoke("search", *QUICK, *args)
    assert done.exit_code == 2, done.output
    return " ".join(done.stderr.split())


def test_every_label_keeps_both_limits_and_the_record_names_them() -> None:
    found = search("--max-macs", "60M", "--max-params", "0.4M")
    archs = [CELLS.parse(label["architecture"]) for label in found["labels"]]
    assert CELLS.macs_table(archs).max() <= 60e6
    assert CELLS.params_table(archs).max() <= 4e5
    limits = [{"what": "macs", "most": 60e6}, {"what": "params", "most": 4e5}]
    assert found["manifest"]["limits"] == found["manifest"]["request"]["limits"] == limits
    assert "at most 60M MACs and at most 400k parameters" in found["objective"]
    assert "macs60M-params400k" in found["folder"]
    report = Path(found["report"]).read_text(encoding="utf-8")
    assert "at most 60M MACs and at most 400k parameters" in report
    assert "archscout.load_space(" in report


def test_the_same_limit_goes_on_and_another_is_refused() -> None:
    first = search("--max-macs", "60M", "--out", "run")
    assert search("--max-macs", "60e6", "--out", "run")["labels"] == first["labels"]
    for other in (["--max-macs", "50M"], []):
        assert "holds a search with" in refusal(*other, "--out", "run")
        assert "limits" in refusal(*other, "--out", "run")


def test_a_limit_that_nothing_keeps_is_one_sentence_with_the_feasible_range() -> None:
    said = refusal("--max-macs", "5M", "--out", "run")
    assert "no architecture of space 'nasbench201' has at most 5M MACs" in said
    assert "7,783,050 to 220,119,690 MACs" in said
    assert not Path("run").exists()
    assert "expected 60M, 5.3M or 600e6" in refusal("--max-params", "few")


def test_amounts_are_of_the_networks_of_the_data_set() -> None:
    (limit,) = Problem("nasbench201", dataset="imagenet16_120", max_macs="5M").limits
    assert dict(limit.settings) == {"classes": 120, "resolution": 16}
    found = search("--dataset", "imagenet16_120", "--max-macs", "5M")
    archs = [CELLS.parse(label["architecture"]) for label in found["labels"]]
    assert CELLS.macs_table(archs, classes=120, resolution=16).max() <= 5e6
    assert CELLS.macs_table(archs).max() > 5e6


def test_a_comparison_is_of_what_the_limit_leaves() -> None:
    done = invoke(
        "compare", "--strategies", "random", "--labels", "4", "--seeds", "2", "--workers", "1",
        "--max-macs", "30M", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert "at most 30M MACs" in found["benchmark"]
    assert "macs30M" in found["folder"]
    plan = json.loads((Path(found["folder"]) / "plan.json").read_text(encoding="utf-8"))
    assert "'most': 30000000.0" in str(plan)
    labels = np.genfromtxt(
        Path(found["folder"]) / "labels.csv", delimiter=",", dtype=str, skip_header=1, usecols=3
    )
    assert CELLS.macs_table([CELLS.parse(text) for text in labels]).max() <= 30e6
