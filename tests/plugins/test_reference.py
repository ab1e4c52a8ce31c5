"""Parts by place: what is imported, what is said when that fails, and what records say of them."""

from __future__ import annotations

import functools
import os
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archscout._common.own_state import own_state
from archscout.errors import SettingsError, UnknownNameError
from archscout.plugins import (
    describe,
    is_reference,
    load_reference,
    loaded_reference,
    reference_of,
)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the working directory, with a module beside it."""
    (tmp_path / "beside_own.py").write_text("NUMBER = 7\n")
    file = tmp_path / "own.py"
    file.write_text(
        "from beside_own import NUMBER\n\nclass Mine:\n    class Inner:\n        number = NUMBER\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "beside_own", raising=False)
    return file


def test_a_file_is_named_from_here_or_by_its_whole_path(own: Path) -> None:
    before = list(sys.path)
    mine = load_reference("own.py:Mine")
    assert mine.Inner.number == 7
    assert load_reference(f"{own}:Mine") is mine
    assert load_reference("own.py:Mine.Inner") is mine.Inner
    assert sys.path == before


def test_a_file_that_has_changed_is_imported_again(own: Path) -> None:
    first = load_reference("own.py:Mine")
    own.write_text("class Mine:\n    changed = True\n")
    assert load_reference("own.py:Mine").changed
    assert not hasattr(first, "changed")


def test_a_module_that_is_there_already_is_no_second_one() -> None:
    assert load_reference(f"{Path(functools.__file__)}:partial") is functools.partial


def test_code_of_others_is_imported_in_the_state_of_its_user(own: Path) -> None:
    own.write_text("import numpy as np\nMODE = np.geterr()['over']\n")
    with np.errstate(over="raise"), own_state():
        assert load_reference("own.py:MODE") == "raise"


@pytest.mark.parametrize(
    ("place", "error", "words"),
    [
        ("no_such:Mine", UnknownNameError, "no module 'no_such'; install the package"),
        ("own:Mine", UnknownNameError, "or name a file as in own.py:Mine"),
        ("json.no_such:Mine", UnknownNameError, "no module 'json.no_such'"),
        ("json:lods", UnknownNameError, "did you mean 'loads'"),
        ("own.py:Xyz", UnknownNameError, "own.py has no 'Xyz'"),
        ("moved.py:Mine", UnknownNameError, "the file is missing in .*name it as it is seen from"),
        ("/nowhere/own.py:Mine", UnknownNameError, "the file is missing; name it"),
    ],
)
def test_what_is_not_there(
    own: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        load_reference(place, "strategy")
    assert str(caught.value).startswith(f"no strategy is at {place!r}: ")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import json\n1 / 0\n", r"ZeroDivisionError: division by zero \(own.py, line 2\)"),
        ("class Mine:\nx = 1\n", r"IndentationError: .*own.py, line 2"),
        ("import absent_package\n", r"No module named 'absent_package' \(own.py, line 1\)"),
        ("raise SystemExit(3)\n", r"SystemExit: 3 \(own.py, line 1\)"),
        ("import beside_own\nbeside_own.fail()\n", r"has no attribute 'fail' \(own.py, line 2\)"),
    ],
)
def test_code_that_raises_is_told_by_its_error_and_line(own: Path, code: str, words: str) -> None:
    own.write_text(code)
    with pytest.raises(SettingsError, match=words):
        load_reference("own.py:Mine")
    own.write_text("Mine = 1\n")
    assert load_reference("own.py:Mine") == 1


def test_only_what_is_found_again_has_a_place(own: Path) -> None:
    mine = load_reference("own.py:Mine")
    assert reference_of(mine) == f"{own}:Mine"
    assert reference_of(mine.Inner) == f"{own}:Mine.Inner"
    assert reference_of(OrderedDict) == "collections:OrderedDict"

    class Local:
        pass

    assert reference_of(Local) is None
    assert reference_of(mine()) is None


def test_a_record_says_no_folder_of_the_user_and_tells_code_apart(own: Path) -> None:
    assert describe("own.py:Mine") == describe(f"{own}:Mine") == "own.py:Mine"
    assert describe("/home/me/own.py:Mine") == "own.py:Mine"
    assert describe("forest", code=True) == describe("optuna:tpe", code=True)[:0] + "forest"
    first = describe("own.py:Mine", code=True)
    assert first == describe(load_reference("own.py:Mine"), code=True)
    assert first.startswith("own.py:Mine ")
    own.write_text("class Mine: ...\n")
    assert describe("own.py:Mine", code=True) != first


def test_objects_are_described_with_what_they_were_made_of(own: Path) -> None:
    mine = load_reference("own.py:Mine")
    made = functools.partial(mine, 3, size=2)
    assert describe(made) == f"{own}:Mine(3, size=2)".replace(str(own), "own.py")
    assert describe(mine()) == "own.py:Mine"


def test_reading_a_record_imports_nothing(own: Path) -> None:
    own.with_name("read_back.py").write_text("import sys\nsys.was_run = True\nclass Mine: ...\n")
    assert loaded_reference("read_back.py:Mine") is None
    assert loaded_reference("this.package.is.not.there:Mine") is None
    assert not hasattr(sys, "was_run")
    mine = load_reference("read_back.py:Mine")
    assert loaded_reference("read_back.py:Mine") is mine
    assert loaded_reference("back.py:Mine") is None
    assert loaded_reference("collections:OrderedDict") is OrderedDict
    del sys.was_run


@given(st.text(st.sampled_from("ab.:/ py-"), max_size=12))
def test_any_text_is_a_place_or_refused_in_words(text: str) -> None:
    if is_reference(text):
        with pytest.raises((UnknownNameError, SettingsError), match="no part is at"):
            load_reference(os.path.join("/nowhere", text) if ".py:" in text else f"zz{text}")
