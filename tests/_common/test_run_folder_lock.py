"""One call at a time works in a folder; a stopped one says what is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import archscout
from archscout._common.run_folder import owns_folder
from archscout.errors import ArchscoutError, Interrupted, SettingsError, StorageError

WORK = {
    "compare": lambda out, done: archscout.compare(
        "nasbench201", "nasbench201", ["random"], 3, 2, workers=1, out=out, on_done=done
    ),
    "rank": lambda out, done: archscout.rank(
        "nasbench201",
        "nasbench201",
        ["forest"],
        8,
        2,
        workers=1,
        settings={"forest": {"trees": 4}},
        out=out,
        on_done=done,
    ),
}


@pytest.mark.parametrize("kind", WORK)
def test_a_second_equal_call_is_refused_and_the_first_goes_on(kind: str, tmp_path: Path) -> None:
    told = []

    def meanwhile(_: object) -> None:
        with pytest.raises(StorageError, match="is in use by another") as error:
            WORK[kind](tmp_path / "out", None)
        told.append(str(error.value))

    WORK[kind](tmp_path / "out", meanwhile)
    assert len(told) == 2
    WORK[kind](tmp_path / "out", None)


@pytest.mark.parametrize("kind", WORK)
@pytest.mark.parametrize("kept", [True, False])
def test_an_interrupt_says_what_is_kept(kind: str, kept: bool, tmp_path: Path) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out" if kept else None
    with pytest.raises(KeyboardInterrupt, match="goes on from there" if kept else "nothing is"):
        WORK[kind](out, interrupt)
    assert not issubclass(Interrupted, ArchscoutError)


def test_an_uncaught_interrupt_is_short() -> None:
    code = (
        "from archscout._common.run_folder import owns_folder\n"
        "def deep(n):\n    if n:\n        deep(n - 1)\n    raise KeyboardInterrupt\n"
        "@owns_folder('example')\ndef work(out=None):\n    deep(40)\n"
        "work()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert len(done.stderr.splitlines()) < 10
    assert "the example was stopped: nothing is kept" in done.stderr


def test_a_refused_call_leaves_no_folder(tmp_path: Path) -> None:
    @owns_folder("example")
    def work(out: Path) -> None:
        raise SettingsError("no")

    with pytest.raises(SettingsError):
        work(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot use the folder"):
        WORK["compare"](tmp_path / "file", None)


def test_the_folder_holds_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @owns_folder("example")
    def work(text: str, out: str | Path | None = None) -> None:
        (tmp_path / "elsewhere").mkdir()
        os.chdir(tmp_path / "elsewhere")
        (Path(str(out)) / "written").write_text(text)

    monkeypatch.chdir(tmp_path)
    work("mine", out="run")
    assert (tmp_path / "run" / "written").read_text() == "mine"
    assert list((tmp_path / "elsewhere").iterdir()) == []
