"""What the options say about the table: benchmarks by name, and columns of one's own table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archscout.benchmarks import BENCHMARKS, benchmark_space
from archscout.cli import app
from archscout.cli._problem import Problem
from archscout.errors import SettingsError, UnknownNameError
from archscout.spaces import SPACES

QUICK = ["--strategy", "random", "--labels", "8"]
CELLS = [
    f"|{a}~0|+|none~0|none~1|+|skip_connect~0|none~1|{b}~2|"
    for a in ("none", "nor_conv_1x1", "nor_conv_3x3")
    for b in ("none", "nor_conv_1x1", "nor_conv_3x3", "skip_connect")
]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def table() -> str:
    rows = [f"{cell},{1 + i},{0.3 + i / 100},{0.2 + i / 100}" for i, cell in enumerate(CELLS)]
    text = "\n".join(["arch,score,train_acc,test_acc", *rows])
    Path("mine.csv").write_text(text + "\n", encoding="utf-8")
    return "mine.csv"


def invoke(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def search(*args: str) -> dict[str, object]:
    done = invoke("search", *args, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


# --- one's own table -----------------------------------------------------------------------------
@pytest.mark.slow
def test_direction_and_unit_say_what_the_column_holds(table: str) -> None:
    args = ["--table", table, "--metric", "value", "--strategy", "random", "--labels", "12"]
    high = search(*args)
    assert (high["unit"], high["direction"], high["best"]["value"]) == ("score", "maximize", 12.0)  # type: ignore[index]
    low = search(*args, "--direction", "minimize", "--unit", "ms")
    assert (low["unit"], low["direction"], low["best"]["value"]) == ("ms", "minimize", 1.0)  # type: ignore[index]
    # Neither takes the other's stored result, nor its journal.
    assert low["folder"] != high["folder"]


@pytest.mark.slow
@pytest.mark.parametrize(("split", "best"), [("train", 0.41), ("test", 0.31)])
def test_split_chooses_the_column(table: str, split: str, best: float) -> None:
    args = ["--table", table, "--unit", "fraction", "--split", split]
    found = search(*args, "--strategy", "random", "--labels", "12")
    assert found["best"]["value"] == pytest.approx(best)  # type: ignore[index]
    assert split in str(found["folder"])
    # What is searched by is not sealed beside itself.
    assert (found["best"]["test_value"] is None) == (split == "test")  # type: ignore[index]


def test_compare_takes_them_too(table: str) -> None:
    args = ["--table", table, "--metric", "value", "--unit", "ms", "--direction", "minimize"]
    few = ["--strategies", "random,local", "--labels", "6", "--seeds", "2", "--workers", "1"]
    done = invoke("compare", *args, *few, "--out", "both", "--json")
    assert done.exit_code == 0, done.output
    settings = json.loads(done.stdout)["manifest"]["benchmark"]
    assert (settings["unit"], settings["direction"]) == ("ms", "minimize")


# --- benchmarks by name --------------------------------------------------------------------------
def test_every_benchmark_tells_its_space() -> None:
    for name in BENCHMARKS.names():
        assert benchmark_space(name) in SPACES


def test_a_benchmark_brings_its_space_and_names_the_folder() -> None:
    problem = Problem(benchmark="nasbench101-measured")
    assert problem.space == Problem("nasbench101", benchmark="nasbench101-measured").space
    assert problem.spec().name == "nasbench101-measured"
    assert problem.slug == "nasbench101-measured-cifar10"
    assert problem.to_dict()["benchmark"] == "nasbench101-measured"


def test_the_default_benchmark_of_a_space_stays() -> None:
    for problem in (Problem(), Problem("nasbench201"), Problem(benchmark="nasbench201")):
        assert problem.spec().name == "nasbench201"
        assert problem.slug == "nasbench201-cifar10"
        # A result of before these options existed answers the same request.
        assert set(problem.to_dict()) == {"space", "dataset", "table", "metric", "epochs", "run"}
    assert Problem("nasbench101").spec().name == "nasbench101"


@pytest.mark.slow
def test_search_of_the_measured_rows(data_file) -> None:  # type: ignore[no-untyped-def]
    data_file("nasbench101_measured.csv.gz")
    found = search("--benchmark", "nasbench101-measured", *QUICK)
    assert found["space"] == "nasbench101"
    assert "nasbench101-measured" in str(found["objective"])
    assert "nasbench101-measured-cifar10-random" in str(found["folder"])


def test_search_of_the_small_cells(data_file) -> None:  # type: ignore[no-untyped-def]
    data_file("nasbench101_small_cells_retrained.csv.gz")
    args = ["--space", "nasbench101", "--benchmark", "nasbench101-small", "--epochs", "12"]
    found = search(*args, *QUICK)
    assert "12ep" in str(found["objective"])
    assert "nasbench101-small-cifar10-12epochs" in str(found["folder"])


# --- what does not fit ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"benchmark": "nasbench101", "space": "nasbench201"}, "leave --space out"),
        ({"benchmark": "nasbench101", "table": Path("mine.csv")}, "--table 'mine.csv'"),
        ({"unit": "ms"}, "--unit .* --table"),
        ({"direction": "minimize"}, "--direction .* --table"),
        ({"split": "test"}, "--split .* --table"),
        ({"epochs": 12}, "--epochs .* --table"),
    ],
)
def test_options_that_do_not_fit_are_refused(args: dict[str, object], expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        Problem(**args).spec()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("args", "nearest"),
    [
        (["--benchmark", "nasbench101-mesured"], "nasbench101-measured"),
        (["--table", "mine.csv", "--direction", "minimise"], "minimize"),
        (["--table", "mine.csv", "--split", "validation"], "valid"),
    ],
)
def test_unknown_words_get_the_nearest_match(args: list[str], nearest: str) -> None:
    done = invoke("search", *args, *QUICK)
    assert done.exit_code == 2
    assert f"did you mean '{nearest}'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_benchmark_is_refused_at_once() -> None:
    with pytest.raises(UnknownNameError):
        Problem(benchmark="nowhere")
