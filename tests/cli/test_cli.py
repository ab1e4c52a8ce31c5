"""The command line: what it prints, where it writes, and what bad input gets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archscout.cli import app
from archscout.cli._bars import SearchBar
from archscout.errors import TableError
from dying import environment

QUICK = ["--strategy", "random", "--labels", "8"]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def invoke(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


def search(*args: str) -> dict[str, object]:
    done = invoke("search", *args, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def run(*args: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "archscout", *args],
        capture_output=True,
        text=True,
        check=False,
        **settings,  # type: ignore[call-overload]
    )


def write_table(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


CELLS = [
    f"|{a}~0|+|none~0|none~1|+|skip_connect~0|none~1|{b}~2|"
    for a in ("none", "nor_conv_1x1", "nor_conv_3x3")
    for b in ("none", "nor_conv_1x1", "nor_conv_3x3", "skip_connect")
]


# --- help and lists ----------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--help"], ["search", "compare", "report", "list", "--version", "--debug"]),
        (["search", "--help"], ["What to search", "How to search", "Where results go", "--set"]),
        (["compare", "--help"], ["--strategies", "--seeds", "--baseline", "--workers"]),
        (["report", "--help"], ["RUN", "--out"]),
        (["list", "--help"], ["spaces|benchmarks|strategies|predictors"]),
    ],
)
def test_help_names_what_there_is(args: list[str], words: list[str]) -> None:
    done = CliRunner(env={"COLUMNS": "120", "TERMINAL_WIDTH": "120"}).invoke(app, args)
    assert done.exit_code == 0
    for word in words:
        assert word in done.output


def test_version() -> None:
    import archscout

    assert invoke("--version").stdout.strip() == f"archscout {archscout.__version__}"


def test_list_shows_every_kind_with_summaries() -> None:
    done = invoke("list")
    assert done.exit_code == 0
    for word in ("nasbench201", "seminas", "optuna:tpe", "regularized evolution", "arXiv"):
        assert word in done.output


def test_list_as_json_is_the_registry() -> None:
    from archscout.strategies import STRATEGIES

    found = json.loads(invoke("list", "strategies", "--json").stdout)
    assert list(found) == ["strategies"]
    assert [entry["name"] for entry in found["strategies"]] == STRATEGIES.names()
    assert all(entry["summary"] for entry in found["strategies"])


# --- search ------------------------------------------------------------------------------------
def test_search_prints_the_best_cell_and_writes_result_and_report() -> None:
    done = invoke("search", *QUICK)
    folder = Path("runs/nasbench201-cifar10-random-8-seed0")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    for word in ("best", "rank ", "of 15,625", "percent", "8 of 8", "of training"):
        assert word in done.stdout
    assert str(folder / "report.html") in done.stdout
    assert (folder / "report.html").read_text(encoding="utf-8").lstrip().startswith("<!")
    best = json.loads((folder / "result.json").read_text(encoding="utf-8"))["best"]
    assert best["architecture"] in done.stdout


@pytest.mark.slow
def test_json_has_the_promised_shape() -> None:
    found = search(*QUICK, "--seed", "3")
    assert {"best", "labels", "seconds", "wall_seconds", "manifest", "unit"} <= set(found)
    labels = found["labels"]
    assert isinstance(labels, list)
    assert len(labels) == 8
    assert [label["number"] for label in labels] == list(range(8))
    best = found["best"]
    assert isinstance(best, dict)
    assert best["value"] == max(label["value"] for label in labels)
    assert best["architecture"] in {label["architecture"] for label in labels}
    assert found["seconds"] == pytest.approx(sum(label["seconds"] for label in labels))
    assert found["manifest"]["seed"] == 3  # type: ignore[index]
    assert Path(str(found["report"])).is_file()


@pytest.mark.slow
def test_seed_decides_the_labels() -> None:
    first = search(*QUICK, "--out", "a")["labels"]
    assert search(*QUICK, "--out", "b")["labels"] == first
    assert search(*QUICK, "--out", "c", "--seed", "1")["labels"] != first


@pytest.mark.slow
def test_running_again_shows_the_stored_result(monkeypatch: pytest.MonkeyPatch) -> None:
    first = search(*QUICK)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("searched again")

    monkeypatch.setattr("archscout.study._loop.search", never)
    assert search(*QUICK)["labels"] == first["labels"]


def test_a_stored_result_answers_its_own_request_only() -> None:
    mean = search(*QUICK, "--out", "a")
    noisy = invoke("search", *QUICK, "--run", "random", "--out", "a", "--json")
    if noisy.exit_code == 0:
        assert json.loads(noisy.stdout)["labels"] != mean["labels"]
    else:
        assert noisy.exit_code == 2
        assert "Traceback" not in noisy.stderr


@pytest.mark.slow
def test_a_stopped_search_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = search(*QUICK, "--out", "whole")["labels"]
    step = SearchBar.on_label

    def stop(self: SearchBar, progress: object) -> None:
        step(self, progress)  # type: ignore[arg-type]
        if self.bought == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SearchBar, "on_label", stop)
        stopped = invoke("search", *QUICK, "--out", "halves")
    assert stopped.exit_code == 130
    assert "5 of 8 labels" in stopped.stderr
    assert "same command" in stopped.stderr
    assert not Path("halves/result.json").exists()
    assert "halves/report.html" in invoke("report", "halves").stdout
    page = Path("halves/report.html").read_text(encoding="utf-8")
    assert "random, not finished" in page
    assert search(*QUICK, "--out", "halves")["labels"] == whole


@pytest.mark.slow
def test_a_killed_search_goes_on() -> None:
    args = ["search", "--strategy", "random", "--labels", "40", "--json"]
    code = (
        "import os, sys\nfrom dying import die_within_write\nfrom archscout.cli import main\n"
        "die_within_write(30)\nmain()"
    )
    command = [sys.executable, "-c", code, *args, "--out", "killed"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=False)
    assert done.returncode == -signal.SIGKILL
    assert Path("killed/journal.log").read_bytes().count(b'"op_code":4') > 20
    assert search(*args[1:-1], "--out", "killed")["labels"] == search(*args[1:-1])["labels"]


@pytest.mark.slow
def test_a_damaged_result_is_made_again_from_the_journal() -> None:
    whole = search(*QUICK)
    path = Path(str(whole["folder"])) / "result.json"
    path.write_text("{", encoding="utf-8")
    assert search(*QUICK)["labels"] == whole["labels"]
    assert json.loads(path.read_text(encoding="utf-8"))["best"] == whole["best"]


@pytest.mark.slow
def test_own_table_and_strategy_settings() -> None:
    rows = [f"{cell},{50 + i},{40 + i},60" for i, cell in enumerate(CELLS)]
    table = write_table(Path("mine.csv"), "arch,valid,test,seconds", rows)
    args = ["--table", str(table), "--strategy", "evolution", "--labels", "12"]
    found = search(*args, "--set", "population=4", "--set", "sample=2")
    best = found["best"]
    assert best == {"architecture": CELLS[-1], "value": 61.0, "test_value": 51.0}
    assert found["manifest"]["settings"] == {"population": 4, "sample": 2}  # type: ignore[index]
    assert found["seconds"] == 720.0
    assert "mine" in str(found["folder"])
    shown = invoke("search", *args, "--set", "population=4", "--set", "sample=2").stdout
    assert "51.00 percent, revealed after the search" in shown
    assert "rank 1 of 12 in the table" in shown


@pytest.mark.slow
def test_a_table_that_was_changed_is_searched_anew() -> None:
    def values(*args: str) -> set[float]:
        labels = search("--table", "mine.csv", *QUICK, *args)["labels"]
        return {label["value"] for label in labels}  # type: ignore[attr-defined]

    write_table(Path("mine.csv"), "arch,valid", [f"{cell},50" for cell in CELLS])
    assert values() == values("--out", "own") == {50.0}
    write_table(Path("mine.csv"), "arch,valid", [f"{cell},60" for cell in CELLS])
    assert values() == {60.0}
    # The journal in a folder that was named holds labels of the old table.
    refused = invoke("search", "--table", "mine.csv", *QUICK, "--out", "own")
    assert_one_sentence(refused, "holds a search with table")


def test_labels_that_only_fail_stop_the_search_and_can_be_bought_again() -> None:
    rows = [f"{cell}," for cell in CELLS]
    write_table(Path("mine.csv"), "arch,valid", [*rows[:-1], rows[-1] + "50"])
    table = ["--table", "mine.csv", *QUICK, "--out", "own"]
    stopped = invoke("search", *table)
    assert (stopped.exit_code, stopped.stdout) == (2, "")
    last = stopped.stderr.splitlines()[-1]
    assert re.search(r"3 times in a row.* in own/journal.log.*--retry-failed.*--keep-going", last)
    labels = search(*table, "--labels", "12", "--keep-going")["labels"]
    assert isinstance(labels, list)
    assert sum(label["value"] is None for label in labels) == 11
    again = search(*table, "--labels", "12", "--keep-going", "--retry-failed")
    assert again["bought_again"] == 11
    assert search(*table, "--labels", "12")["bought_again"] == 11
    shown = invoke("search", *table, "--labels", "12")
    assert "11 failed, 11 bought again" in shown.output


@pytest.mark.slow
def test_the_result_of_another_search_is_not_lost() -> None:
    search(*QUICK, "--storage", "first.log", "--out", "mine")
    for args in (["--strategy", "local", "--labels", "8"], [*QUICK, "--seed", "1"]):
        refused = invoke("search", *args, "--storage", "second.log", "--out", "mine")
        assert_one_sentence(refused, "'mine' holds a search with (strategy|seed) .*--out")
    kept = Path("mine/result.json").read_text(encoding="utf-8")
    assert json.loads(kept)["strategy"] == "random"
    more = ["--strategy", "random", "--labels", "9", "--storage", "first.log", "--out", "mine"]
    assert len(search(*more)["labels"]) == 9  # type: ignore[arg-type]


@pytest.mark.slow
def test_random_runs_differ_from_means() -> None:
    def values(*args: str) -> list[float]:
        labels = search(*QUICK, *args)["labels"]
        return [label["value"] for label in labels]  # type: ignore[attr-defined]

    assert values() != values("--run", "random")
    rows = [f"{cell},{50 + i},{60 + i}" for i, cell in enumerate(CELLS)]
    table = str(write_table(Path("runs.csv"), "arch,valid_run0,valid_run1", rows))
    means = values("--table", table)
    singles = values("--table", table, "--run", "random")
    assert {abs(mean - one) for mean, one in zip(means, singles, strict=True)} == {5.0}


def test_what_a_search_writes_names_no_folder_of_this_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    (mine / "work").mkdir(parents=True)
    monkeypatch.chdir(mine / "work")
    table = write_table(
        mine / "t.csv", "arch,valid_accuracy", [f"{c},{i}" for i, c in enumerate(CELLS)]
    )
    args = ["search", "--table", str(table), "--space", "nasbench201", *QUICK]
    args += ["--out", str(mine / "out"), "--storage", str(mine / "labels.log")]
    monkeypatch.setattr(sys, "argv", ["/usr/bin/archscout", *args])
    assert invoke(*args).exit_code == 0
    written = [*(mine / "out").iterdir(), mine / "labels.log"]
    for path in written:
        text = path.read_text("utf-8")
        assert str(tmp_path) not in text
        assert os.uname().release not in text
    before = (mine / "out" / "result.json").read_bytes()
    assert invoke(*args).exit_code == 0
    assert (mine / "out" / "result.json").read_bytes() == before, "it was searched again"


@pytest.mark.slow
def test_storage_by_url() -> None:
    found = search(*QUICK, "--storage", "sqlite:///search.db")
    assert Path("search.db").is_file()
    Path(str(found["folder"]), "result.json").unlink()
    assert search(*QUICK, "--storage", "sqlite:///search.db")["labels"] == found["labels"]


# --- bad input -----------------------------------------------------------------------------------
BAD = {
    "unknown space": (["--space", "nasbench2O1"], "did you mean 'nasbench201'"),
    "unknown strategy": (["--strategy", "seminass"], "did you mean 'seminas'"),
    "unknown dataset": (["--dataset", "cifar11"], "did you mean 'cifar10'"),
    "unknown run": (["--run", "men"], "did you mean 'mean'"),
    "unknown dedup": (["--dedup", "exakt"], "did you mean 'exact'"),
    "no labels": (["--strategy", "random", "--labels", "0"], "0"),
    "more labels than architectures": (["--strategy", "random", "--labels", "15626"], "15,?625"),
    "labels below the first round": (["--strategy", "seminas", "--labels", "3"], "seminas"),
    "negative seed": (["--strategy", "random", "--labels", "3", "--seed", "-1"], "seed"),
    "missing table": (["--table", "nowhere.csv"], "nowhere.csv"),
    "epochs out of range": (["--table", "mine.csv", "--epochs", "-3", *QUICK], "epochs=-3"),
    "endless table": (["--table", "/dev/zero"], "no ordinary file"),
    "table without values": (["--table", "no_values.csv", *QUICK], "valid"),
    "table without architectures": (["--table", "no_cells.csv", *QUICK], "architecture"),
    "table of fractions": (["--table", "fractions.csv", *QUICK], "name in _fraction"),
    "table of several data sets": (["--table", "several.csv", *QUICK], "--dataset.*a, b"),
    "table with a malformed cell": (["--table", "malformed.csv", *QUICK], "nor_conv_9x9"),
    "columns without a table": (["--epochs", "12", *QUICK], "--table"),
    "folder in a file": (["--out", "file/run", *QUICK], "--out"),
    "setting without a value": (["--set", "population", *QUICK], "population"),
    "unknown setting": (["--set", "populaton=3", "--strategy", "evolution"], "population"),
}


@pytest.fixture
def _bad_files() -> None:
    Path("file").write_text("in the way", encoding="utf-8")
    write_table(Path("mine.csv"), "arch,valid", [f"{cell},50" for cell in CELLS])
    write_table(Path("no_values.csv"), "arch,colour", [f"{cell},red" for cell in CELLS])
    write_table(Path("no_cells.csv"), "valid,test", ["90,91"])
    write_table(
        Path("fractions.csv"), "arch,valid", [f"{c},0.{i + 10}" for i, c in enumerate(CELLS)]
    )
    write_table(Path("several.csv"), "arch,a_valid,b_valid", [f"{c},50,60" for c in CELLS])
    broken = [cell.replace("skip_connect", "nor_conv_9x9") for cell in CELLS[:1]]
    write_table(Path("malformed.csv"), "arch,valid", [f"{cell},50" for cell in broken])


def assert_one_sentence(done: Result, expected: str) -> None:
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("archscout: ")
    assert re.search(expected, lines[0]), lines[0]


@pytest.mark.slow
@pytest.mark.usefixtures("_bad_files")
@pytest.mark.parametrize("case", BAD, ids=lambda case: case.replace(" ", "-"))
def test_bad_input_gets_one_sentence(case: str) -> None:
    args, expected = BAD[case]
    before = set(Path().rglob("*"))
    assert_one_sentence(invoke("search", *args), expected)
    assert set(Path().rglob("*")) - before <= {Path("runs")}  # Nothing is left behind.


@pytest.mark.slow
def test_storage_of_another_seed_is_refused() -> None:
    search(*QUICK, "--storage", "shared.log")
    done = invoke("search", *QUICK, "--storage", "shared.log", "--seed", "1")
    assert_one_sentence(done, "seed")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["list", "strategie"], "did you mean 'strategies'"),
        (["report", "nowhere"], "nowhere"),
        (["report", "/dev/zero"], "no ordinary file"),
        (["report", "."], "result.json"),
        (["report", "file.log"], "file.log"),
        (["compare", "--strategies", "random,seminass"], "did you mean 'seminas'"),
        (["compare", "--strategies", "random,local", "--baseline", "evolution"], "baseline"),
        (["compare", "--strategies", "random,local", "--seeds", "0"], "seed"),
        (["compare", "--strategies", "", "--labels", "5"], "strateg"),
    ],
)
def test_bad_input_of_other_commands(args: list[str], expected: str) -> None:
    Path("file.log").write_text("no journal", encoding="utf-8")
    assert_one_sentence(invoke(*args), expected)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["serach"], "'serach'.*'search'.*archscout --help"),
        (["--jsn"], "--jsn.*archscout --help"),
        (["search", "--labels", "many"], "--labels.*'many'.*archscout search --help"),
        (["search", "--labels"], "--labels"),
        (["search", "more"], "more"),
        (["list", "--jsn"], "--json"),
        (["report"], "RUN"),
    ],
)
def test_usage_errors_get_one_sentence(args: list[str], expected: str) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert re.search(expected, done.stderr), done.stderr


@pytest.mark.slow
def test_no_command_shows_the_help() -> None:
    done = run()
    assert "Usage" in done.stdout + done.stderr
    assert "archscout: " not in done.stderr


@pytest.mark.slow
def test_debug_shows_the_traceback() -> None:
    done = run("search", "--space", "nowhere", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "UnknownNameError" in done.stderr


def test_a_bug_asks_for_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("archscout.study._loop.search", broken)
    done = invoke("search", *QUICK)
    assert done.exit_code == 1
    assert "RuntimeError: boom" in done.stderr
    assert "--debug" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_errors_need_no_torch() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from archscout.cli import app; "
        "done = CliRunner().invoke(app, ['search', '--strategy', 'seminass']); "
        "CliRunner().invoke(app, ['list']); CliRunner().invoke(app, ['--help']); "
        "print(done.exit_code, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no full device")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_full_disk_is_told_by_the_exit_code(stream: str) -> None:
    args = ["list"] if stream == "stdout" else ["search", "--labels", "many"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "archscout", *args],
            check=False,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, stream: full},
        )
    assert done.returncode == 2
    assert b"Traceback" not in (done.stderr or b"")


@pytest.mark.slow
def test_a_terminal_without_some_characters_shows_the_rest() -> None:
    done = run("list", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "seminas" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes close differently there")
def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "archscout", "list", "--json"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""


# --- report and compare --------------------------------------------------------------------------
@pytest.mark.slow
def test_report_takes_a_folder_or_a_result(tmp_path: Path) -> None:
    folder = Path(str(search(*QUICK)["folder"]))
    (folder / "report.html").unlink()
    assert str(folder / "report.html") in invoke("report", str(folder)).stdout
    assert (folder / "report.html").is_file()
    done = invoke("report", str(folder / "result.json"), "--out", str(tmp_path / "new/page.html"))
    assert done.exit_code == 0
    assert (tmp_path / "new/page.html").is_file()


@pytest.mark.slow
def test_compare_writes_its_tables() -> None:
    args = ["--strategies", "random,local", "--labels", "6", "--seeds", "2", "--workers", "1"]
    done = invoke("compare", *args, "--out", "both")
    assert done.exit_code == 0, done.output
    for name in ("labels.csv", "summary.csv", "tests.csv", "comparison.json", "anytime.png"):
        assert Path("both", name).is_file()
    assert "random" in done.stdout
    assert "local" in done.stdout
    assert "> 6 (0 of 2)" in done.stdout
    header, *rows = Path("both/labels.csv").read_text(encoding="utf-8").splitlines()
    assert "architecture" in header
    assert len(rows) == 2 * 2 * 6


@pytest.mark.slow
def test_compare_as_json() -> None:
    args = ["--strategies", "random,local", "--labels", "5", "--seeds", "2", "--workers", "1"]
    done = invoke("compare", *args, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)


def test_errors_are_of_one_family() -> None:
    from archscout import ArchscoutError

    assert issubclass(TableError, ArchscoutError)
