"""``archscout rank``: what it prints, where it writes, how it goes on, and what bad input gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from archscout.cli import app
from archscout.cli._problem import Problem
from archscout.cli._rank import DEFAULT_LABELS, DEFAULT_PREDICTORS, DEFAULT_UNLABELED, folder_name
from archscout.experiments.ranking.run import LABELS, UNLABELED
from archscout.predictors import check_predictor_name
from archscout.predictors.forest import Forest

HEADER = "arch,valid,test,seconds"
OPTIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
CELLS = [
    f"|{a}~0|+|{b}~0|none~1|+|skip_connect~0|none~1|{c}~2|,{60 + 3 * i + 2 * j + k},{90 - i},60"
    for i, a in enumerate(OPTIONS)
    for j, b in enumerate(OPTIONS)
    for k, c in enumerate(OPTIONS)
]
TINY = ["--predictors", "forest", "--labels", "8", "--seeds", "2", "--workers", "1"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Forest.__init__.__kwdefaults__, "trees", 3)
    Path("mine.csv").write_text("\n".join([HEADER, *CELLS]) + "\n", encoding="utf-8")


def invoke(*args: str) -> Result:
    return CliRunner(env={"COLUMNS": "120", "TERMINAL_WIDTH": "120"}).invoke(app, ["rank", *args])


def table(*args: str) -> Result:
    return invoke("--table", "mine.csv", *TINY, *args)


def test_help_names_what_there_is() -> None:
    done = invoke("--help")
    assert done.exit_code == 0
    for word in ("--predictors", "--labels", "--protocol", "--unlabeled", "--baseline", "pseudo"):
        assert word in done.output


def test_defaults_are_those_of_the_function() -> None:
    assert ",".join(map(str, LABELS)) == DEFAULT_LABELS
    assert str(UNLABELED) == DEFAULT_UNLABELED
    for name in DEFAULT_PREDICTORS.split(","):
        assert check_predictor_name(name) == name


@pytest.mark.slow
def test_prints_who_leads_and_writes_all_files() -> None:
    done = table("--predictors", "forest,random-forest", "--labels", "8,12", "--out", "made")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    for word in (
        "Protocol A", "fitted on validation values", "scored against test values",
        "random-forest", "8 labels", "12 labels", "noise ceiling", "parameter count",
        "top-10 recall", "coverage of 90 % intervals", "fit, predict (s)",
        "Warning: only 2 seeds", "- With 8 labels", "page are in made",
    ):  # fmt: skip
        assert word in done.stdout, word
    assert {file.name for file in Path("made").iterdir()} == {
        ".held", "plan.json", "parts", "rows.csv", "summary.csv", "tests.csv", "ranking.json",
        "tau.png", "calibration.png", "ranking.html",
    }  # fmt: skip
    assert len(pd.read_csv("made/rows.csv")) == 8


@pytest.mark.slow
def test_json_has_the_promised_shape() -> None:
    done = table("--json", "--protocol", "b", "--labels", "25%,50%", "--unlabeled", "all")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["labels"] == [8, 16]
    assert found["protocol"] == "b"
    assert found["folder"].endswith("protocol-b-all-unlabeled")
    row = found["summary"][0]
    assert row["predictor"] == "forest"
    assert row["unlabeled"] == 32 - 8
    assert -1 <= row["test_kendall_tau_low"] <= row["test_kendall_tau"] <= 1
    assert found["summary"][-1]["seeds"] is None
    assert json.loads(Path(found["folder"], "ranking.json").read_text())["tests"] == found["tests"]


@pytest.mark.slow
def test_the_same_command_goes_on_and_more_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    fits: list[int] = []
    fit: Callable[..., Any] = Forest.fit

    def counted(self: Forest, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        fits.append(len(values))
        return fit(self, archs, values, unlabeled)

    monkeypatch.setattr(Forest, "fit", counted)
    assert table("--out", "made").exit_code == 0
    assert fits == [8, 8]
    assert table("--out", "made").exit_code == 0
    assert fits == [8, 8]
    added = table("--labels", "8,12", "--seeds", "3", "--out", "made")
    assert added.exit_code == 0
    assert sorted(fits[2:]) == [8, 12, 12, 12]


@pytest.mark.slow
def test_an_interrupt_keeps_what_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    fit: Callable[..., Any] = Forest.fit
    fits: list[int] = []

    def stopped(self: Forest, archs: Any, values: Any, unlabeled: Any = None) -> Any:
        fits.append(len(values))
        if len(fits) == 2:
            raise KeyboardInterrupt
        return fit(self, archs, values, unlabeled)

    monkeypatch.setattr(Forest, "fit", stopped)
    done = table("--out", "made")
    assert done.exit_code == 130
    assert "stopped after 1 of 2 fits, which are kept" in done.stderr
    fits[:] = [0]
    assert "stopped before one of its fits was done" in table("--out", "none").stderr
    fits[:] = [0, 0]
    assert table("--out", "made").exit_code == 0
    assert len(fits) == 3


@pytest.mark.slow
def test_a_wrapped_predictor_has_a_part_of_its_own() -> None:
    done = table("--predictors", "pseudo:forest", "--out", "made")
    assert done.exit_code == 0, done.output
    assert (Path("made/parts") / "pseudo%3Aforest.8labels.seed0.json").exists()


@pytest.mark.parametrize(
    ("problem", "protocol", "unlabeled", "name"),
    [
        (Problem(), "A", "1000", "rank-nasbench201-cifar10-protocol-a"),
        (
            Problem(dataset="cifar100", run="random"), "b", "0",
            "rank-nasbench201-cifar100-random-run-protocol-b-0-unlabeled",
        ),
        (
            Problem(benchmark="nasbench101-measured", epochs=36), "a", "all",
            "rank-nasbench101-measured-cifar10-36epochs-protocol-a-all-unlabeled",
        ),
    ],
)  # fmt: skip
def test_the_folder_says_what_differs(
    problem: Problem, protocol: str, unlabeled: str, name: str
) -> None:
    assert folder_name(problem, protocol, unlabeled) == Path("runs") / name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--predictors", "forrest"], "did you mean 'forest'"),
        (["--predictors", "pseud:forest"], "did you mean 'pseudo'"),
        (["--predictors", ""], "no predictors"),
        (["--predictors", "forest@few"], "unlabeled='few'"),
        (["--labels", "63"], "at most 62"),
        (["--labels", "33", "--protocol", "b"], "at most 32"),
        (["--labels", "1"], "at least 2"),
        (["--labels", "some"], "'some'"),
        (["--labels", ""], "no numbers of labels"),
        (["--seeds", "0"], "seeds=0"),
        (["--protocol", "c"], "no protocol is named 'c'"),
        (["--unlabelled", "5"], "--unlabeled"),
        (["--unlabeled", "-5"], "unlabeled='-5'"),
        (["--baseline", "boosting"], "baseline 'boosting'"),
        (["--workers", "0"], "workers=0"),
        (["--out", "mine.csv"], "mine.csv"),
        (["--benchmark", "nasbench201"], "--benchmark"),
        (["--run", "best"], "run mode"),
    ],
)
def test_bad_input_gets_one_sentence(args: list[str], words: str) -> None:
    done = table(*args)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path("runs").exists() or not list(Path("runs").rglob("plan.json"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("benchmark", "rows"), [("nasbench101-measured", 20_001), ("nasbench101-small", 91)]
)
def test_parts_of_nasbench101_can_be_ranked_on(
    data_folder: Path, benchmark: str, rows: int
) -> None:
    done = invoke("--benchmark", benchmark, *TINY, "--seeds", "1", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["yardsticks"]["scored"] == rows
    assert found["summary"][0]["validation_kendall_tau"] > 0
    assert ("noise ceiling is not known" in " ".join(found["warnings"])) == (rows > 100)
