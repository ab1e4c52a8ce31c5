"""Parts on their way to a worker process."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archscout.errors import SettingsError
from archscout.plugins import Registry, load_reference, received, sendable
from archscout.plugins._registry import _ADDED
from archscout.study.executors import JobFailure, run_in_processes


@pytest.fixture
def words() -> Iterator[Registry]:
    yield Registry("word", {}, str)
    _ADDED.pop("word", None)


def look_up(name: str) -> str:
    return str(Registry("word", {}, str).create(name, "x"))


def test_names_travel_as_they_are_and_files_by_their_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert sendable("optuna:tpe", "strategy", "x") == "optuna:tpe"
    assert sendable("json:loads", "strategy", "x") == "json:loads"
    assert sendable("own.py:Mine", "strategy", "x") == f"{tmp_path}/own.py:Mine"


def test_objects_travel_as_copies_whose_classes_are_places(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("class Mine:\n    def __init__(self, size=1):\n        self.size = size\n")
    mine = load_reference(f"{file}:Mine")
    assert sendable(mine, "strategy", "x") == f"{file}:Mine"
    sent = sendable(mine(5), "strategy", "x")
    copy = received(sent)
    assert type(copy) is mine
    assert copy.size == 5
    part = received(sendable(functools.partial(mine, size=7), "strategy", "x"))
    assert part().size == 7
    assert str(sent) == "x"


def test_what_no_process_can_find_is_refused(tmp_path: Path) -> None:
    class Local:
        pass

    for part in (Local, Local(), lambda: 1, functools.partial(lambda: 1)):
        with pytest.raises(SettingsError, match=r"the strategy 'x' cannot be sent .*workers=1"):
            sendable(part, "strategy", "x")


@pytest.mark.slow
def test_names_that_were_added_are_known_in_workers(words: Registry, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("class Shout(str):\n    def __new__(cls, text):\n        return text.upper()\n")
    words.add("shout", load_reference(f"{file}:Shout"))
    words.add("whisper", lambda text: text.lower())
    found = run_in_processes(look_up, ["shout", "shout", "whisper"], workers=2)
    assert found[:2] == ["X", "X"]
    assert isinstance(found[2], JobFailure)
    assert "the word 'whisper' cannot be sent to another process" in found[2].message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("guard", "expected"),
    [("__name__ == '__main__'", "'Mine'"), ("True", "put the calling code of the script under if")],
)
def test_classes_of_a_script_reach_workers(tmp_path: Path, guard: str, expected: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from archscout.plugins import received, sendable, load_reference\n"
        "from archscout.study.executors import run_in_processes\n"
        "class Mine:\n    pass\n"
        "def name(part):\n"
        "    part = received(part)\n"
        "    part = load_reference(part) if isinstance(part, str) else type(part)\n"
        "    return part.__name__\n"
        "if GUARD:\n"
        "    jobs = [sendable(Mine, 'part', 'm'), sendable(Mine(), 'part', 'm')]\n"
        "    print([str(done) for done in run_in_processes(name, jobs, workers=2)])\n".replace(
            "GUARD", guard
        )
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.stdout.count(expected) == 2, done.stderr


def test_classes_of_an_interactive_session_are_refused() -> None:
    code = (
        "from archscout.plugins import sendable\nclass Mine: pass\n"
        "for part in (Mine, Mine()):\n"
        "    try: sendable(part, 'strategy', 'mine')\n"
        "    except Exception as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == second
    assert "Mine is in no file that can be imported" in first
