"""Registries: names first, then what packages declare, then places."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.plugins import Entry, Registry
from archscout.plugins._registry import _ADDED
from installed_packages import install


class Fruit:
    """A base class."""


class Apple(Fruit):
    """An apple. It is red.

    More of it.
    """


def pear(size: int = 1) -> Fruit:
    """A pear."""
    return Apple()


def anything(size: int = 1) -> Any:
    return Apple()


@pytest.fixture
def fruits() -> Any:
    registry = Registry("fruit", {"apple": Entry(f"{__name__}:Apple", "red")}, Fruit)
    yield registry
    _ADDED.pop("fruit", None)


HERE = __name__


def test_places_stand_where_names_do(fruits: Registry) -> None:
    assert isinstance(fruits.create("apple"), Apple)
    assert fruits[f"{HERE}:Apple"].load() is Apple
    assert fruits[f"{HERE}:Apple"].summary == "An apple. It is red"
    assert fruits[f"{HERE}:pear"].load() is pear
    assert fruits[f"{HERE}:anything"].load() is anything


@pytest.mark.parametrize("name", ["math:pi", "pathlib:Path", "sys:path"])
def test_things_of_another_kind_are_refused(fruits: Registry, name: str) -> None:
    with pytest.raises(SettingsError, match=f"at '{name}', expected a fruit, a class of Fruit"):
        fruits[name]


def test_the_family_of_a_registered_name_is_no_module(fruits: Registry) -> None:
    fruits = Registry("fruit", {"json:apple": Entry(f"{HERE}:Apple")}, Fruit)
    assert fruits["json:apple"].load() is Apple
    with pytest.raises(UnknownNameError, match="did you mean 'json:apple'"):
        fruits["json:aple"]


@pytest.mark.parametrize("name", ["appel", "", "a b:C", ":", "apple:", "no-module:C"])
def test_other_texts_are_unknown_names(fruits: Registry, name: str) -> None:
    with pytest.raises(UnknownNameError, match="no fruit is named"):
        fruits[name]


def test_classes_and_entries_are_added_by_name(fruits: Registry) -> None:
    fruits.add("mine", Apple)
    fruits.add("red", Entry(f"{HERE}:Apple", "a summary"))
    assert fruits["mine"].load() is Apple
    assert fruits["mine"].summary == "An apple. It is red"
    assert fruits.names() == ["apple", "mine", "red"]
    assert "mine" in fruits


def test_packages_bring_names(
    fruits: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"from {HERE} import Apple as Base\nclass Green(Base):\n    'Green.'\nNUMBER = 1\n"
    points = {"green": "green_fruit:Green", "n": "green_fruit:NUMBER"}
    install(monkeypatch, tmp_path, "green-fruit", points, {"green_fruit.py": code})
    assert "green_fruit" not in sys.modules
    assert fruits["apple"].load() is Apple
    assert "green_fruit" not in sys.modules
    assert fruits.names() == ["apple", "green"]
    assert fruits["green"].package == "green-fruit 1.0"
    assert fruits["green"].summary == "Green"
    assert "n" not in fruits
    with pytest.raises(UnknownNameError, match="did you mean 'green'"):
        fruits["gren"]


def test_a_package_cannot_take_a_name_of_ours(
    fruits: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, tmp_path, "worm", {"apple": f"{HERE}:pear"}, {})
    assert fruits["apple"].load() is Apple


def test_two_packages_with_one_name_must_be_told_apart(
    fruits: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        install(monkeypatch, tmp_path / name, name, {"pear": f"{HERE}:pear"}, {})
    with pytest.raises(SettingsError, match=r"(first|second) 1.0 and .* 1.0 declare: .*:pear"):
        fruits["pear"]


def test_a_broken_package_spoils_its_own_name_only(
    fruits: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, tmp_path, "broken", {"bad": "broken_code:X"}, {"broken_code.py": "1 / 0"})
    assert fruits.names() == ["apple"]
    with pytest.raises(
        SettingsError, match=r"broken 1.0 declares 'bad', but .*ZeroDivisionError.*line 1"
    ):
        fruits["bad"]
