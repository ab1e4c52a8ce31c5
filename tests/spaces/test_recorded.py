"""What records call a space, and that reading them runs no code that they name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import archscout
from archscout.errors import ArchscoutError, SettingsError, StorageError
from archscout.spaces import Limit, load_space, place_of, recorded_space
from archscout.spaces.base import SearchSpace, Variable
from archscout.testing._toy import ToySpace

CODE = """
import sys
from archscout import SearchSpace
from archscout.spaces import Variable

sys.lab_was_run = True

class Lab(SearchSpace):
    name = "lab"
    variables = (Variable("width", (8, 16, 32)), Variable("depth", (1, 2)))

    def params(self, arch):
        return 1 + sum(arch.choices)

class Sized(Lab):
    def __init__(self, size):
        self.size = size
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The place of a space in a file that no other test has."""
    file = tmp_path / f"lab_{abs(hash(request.node.name))}.py"
    file.write_text(CODE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "lab_was_run", False, raising=False)
    return f"{file.name}:Lab"


def forget(lab: str) -> None:
    """Be a process that has not imported the file."""
    name = lab.partition(":")[0]
    for key, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).endswith(name):
            del sys.modules[key]
    sys.lab_was_run = False


def test_a_space_is_called_by_its_name_or_its_place(lab: str) -> None:
    space = load_space(lab)
    assert place_of(load_space("darts")) == "darts"
    assert place_of(space) == place_of(space.within(Limit("params", most=2))) == lab
    assert place_of(ToySpace()) == "archscout.testing._toy:ToySpace"
    assert place_of(load_space(f"{lab.partition(':')[0]}:Lab")) == lab

    class Local(SearchSpace):
        name = "local"
        variables = (Variable("width", (8, 16)),)

    assert place_of(Local()) == "local"
    assert place_of(type(load_space(lab)).__subclasses__()[0](3)) == "lab"


def test_reading_a_result_runs_no_code_that_it_names(lab: str, tmp_path: Path) -> None:
    result = archscout.search(lab, lambda arch: sum(arch.choices), "random", labels=4)
    result.save(tmp_path / "run")
    assert archscout.load_result(tmp_path / "run").best == result.best
    forget(lab)
    with pytest.raises(StorageError, match=f"reading a record runs no code.*--space {lab}"):
        archscout.load_result(tmp_path / "run")
    assert not sys.lab_was_run
    assert archscout.load_result(tmp_path / "run", lab).best == result.best
    assert sys.lab_was_run


def test_a_file_that_moved_is_named_anew(lab: str, tmp_path: Path) -> None:
    archscout.search(lab, lambda arch: sum(arch.choices), "random", labels=4).save(tmp_path / "run")
    forget(lab)
    (tmp_path / "new").mkdir()
    name = lab.partition(":")[0]
    Path(name).rename(f"new/{name}")
    with pytest.raises(ArchscoutError, match="the file is missing"):
        archscout.load_result(tmp_path / "run", lab)
    assert archscout.load_result(tmp_path / "run", f"new/{lab}").space.name == "lab"


@pytest.mark.parametrize("place", ["os:system", "archscout.search:x", "json:JSONDecoder", "a.py:B"])
def test_places_of_other_things_are_refused(place: str) -> None:
    with pytest.raises(ArchscoutError):
        recorded_space(place)


def test_a_space_that_needs_arguments_is_no_place(lab: str) -> None:
    with pytest.raises(SettingsError, match="cannot be made without arguments"):
        load_space(lab.replace(":Lab", ":Sized"))
