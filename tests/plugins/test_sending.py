"""Parts on their way to a worker process."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.plugins import Registry, load_reference, received, sendable
from archscout.plugins._registry import _ADDED
from archscout.strategies.random_search import RandomSearch
from archscout.study._executors import JobFailure, run_in_processes
from archscout.testing._toy import ToySpace


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
    assert received(sendable(mine, "strategy", "x")) is mine
    sent = sendable(mine(5), "strategy", "x")
    copy = received(sent)
    assert type(copy) is mine
    assert copy.size == 5
    part = received(sendable(functools.partial(mine, size=7), "strategy", "x"))
    assert part().size == 7
    assert str(sent) == "x"


def test_what_is_in_no_module_travels_as_a_copy() -> None:
    class Local(RandomSearch):
        number = 7

    for part in (Local, functools.partial(Local)):
        copy = received(sendable(part, "strategy", "x"))
        made = copy(ToySpace(), np.random.default_rng(0))
        assert made.number == 7
        assert len(made.ask(2)) == 2
    assert received(sendable(lambda: 5, "part", "x"))() == 5


def test_what_cannot_be_copied_is_refused() -> None:
    held = threading.Lock()
    for part in (lambda: held, [held]):
        with pytest.raises(SettingsError, match=r"the strategy 'x' cannot be sent .*workers=1"):
            sendable(part, "strategy", "x")


@pytest.mark.slow
def test_names_that_were_added_are_known_in_workers(words: Registry, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("class Shout(str):\n    def __new__(cls, text):\n        return text.upper()\n")
    words.add("shout", load_reference(f"{file}:Shout"))
    held = threading.Lock()
    words.add("whisper", lambda text: text.lower())
    words.add("held", lambda text: held and text)
    found = run_in_processes(look_up, ["shout", "whisper", "held"], workers=2)
    assert found[:2] == ["X", "x"]
    assert isinstance(found[2], JobFailure)
    assert "the word 'held' cannot be sent to another process" in found[2].message


@pytest.mark.slow
@pytest.mark.parametrize("as_file", [True, False])
def test_classes_of_a_script_reach_workers(tmp_path: Path, as_file: bool) -> None:
    script = (
        "from archscout.plugins import received, sendable\n"
        "from archscout.study._executors import run_in_processes\n"
        "class Mine:\n    pass\n"
        "def name(part):\n"
        "    return received(part) is Mine or type(received(part)) is Mine\n"
        "jobs = [sendable(Mine, 'part', 'm'), sendable(Mine(), 'part', 'm')]\n"
        "print(run_in_processes(name, jobs, workers=2))\n"
    )
    file = tmp_path / "script.py"
    file.write_text(script)
    command = [sys.executable, str(file) if as_file else "-"]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[True, True]", done.stderr
