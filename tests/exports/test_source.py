"""What is exported: a trained network, or the best architecture of a search."""

from __future__ import annotations

from pathlib import Path

import pytest

from archscout.errors import SettingsError, StorageError, UnknownNameError
from archscout.exports import export_code, export_weights
from archscout.exports._source import read_source
from archscout.objectives._label import Label
from archscout.results.search import SearchResult
from archscout.spaces import load_space

SETTINGS = {"channels": 4, "cells": 1, "classes": 7}


@pytest.fixture
def search(tmp_path: Path) -> Path:
    """The folder of a search with two labels; the second is better."""
    space = load_space("nasbench201")
    labels = [
        Label(number, space.parse(text), value, 1.0, "", {})
        for number, (text, value) in enumerate([("000000", 10.0), ("334131", 90.0)])
    ]
    result = SearchResult(space, "random", "a table", "percent", "maximize", labels)
    result.manifest["seed"] = 4
    result.save(tmp_path / "search")
    return tmp_path / "search"


def test_the_best_of_a_search_comes_untrained_and_says_so(search: Path) -> None:
    done = export_code(search, settings=SETTINGS)
    text = done.files[0].read_text()
    assert not done.trained
    assert "# weights: NOT TRAINED" in text
    assert "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+" in text
    assert "best of 2 labels that random bought of a table, seed 4" in " ".join(
        text.replace("#", "").split()
    )
    assert "        classes=7,\n" in text


def test_fresh_weights_are_the_same_each_time(search: Path) -> None:
    first = read_source(search / "result.json", SETTINGS).network.state_dict()
    again = read_source(search, SETTINGS).network.state_dict()
    assert all(bool((first[name] == again[name]).all()) for name in first)


def test_a_search_has_no_weights(search: Path) -> None:
    with pytest.raises(SettingsError, match="no trained weights to export"):
        export_weights(search)


def test_settings_must_be_those_of_the_space(search: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'classes'"):
        export_code(search, settings={"clases": 7})
    with pytest.raises(SettingsError, match="got classes='many'"):
        export_code(search, settings={"classes": "many"})


def test_a_trained_network_keeps_its_settings(run: Path) -> None:
    with pytest.raises(SettingsError, match="got settings classes for a trained network"):
        export_code(run, settings={"classes": 7})


def test_the_network_goes_before_the_search_in_one_folder(search: Path, run: Path) -> None:
    for file in run.iterdir():
        file.rename(search / file.name)
    assert read_source(search).trained
    assert not read_source(search / "result.json", SETTINGS).trained


def test_another_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text("{}")
    with pytest.raises(StorageError, match="is not the result of a search"):
        read_source(file)
