"""Folders of runs: every kind is found, and what is none of them is told in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import archscout
from archscout.cli._app import app
from archscout.errors import StorageError
from archscout.results._load import KINDS, find_kind


def test_every_kind_has_a_reader() -> None:
    for kind in KINDS:
        assert callable(kind.load().read)


def test_a_search_leaves_a_network_too_and_is_still_a_search(tmp_path: Path) -> None:
    for name in ("network.json", "unlabeled.json"):
        (tmp_path / name).write_text("{}")
    kind = find_kind(tmp_path)
    assert kind is not None
    assert kind.command == "search-unlabeled"
    assert find_kind(tmp_path / "network.json") == KINDS[-1]


@pytest.mark.parametrize("files", [[], ["labels.csv", "README.md"]])
def test_another_folder_gets_a_list_of_what_is_known(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_text("")
    done = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    with pytest.raises(StorageError) as raised:
        archscout.load_result(tmp_path)
    for said in (done.stderr, str(raised.value)):
        assert all(f"{kind.file} ({kind.command})" in said for kind in KINDS)


def test_a_run_under_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    done = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert done.exit_code == 2
    assert "has not finished" in done.stderr


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.command)
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"space": 3}', "\x00", "[" * 9000])
def test_damage_is_one_sentence(tmp_path: Path, kind, text: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / kind.file).write_text(text)
    for named in (tmp_path, tmp_path / kind.file):
        with pytest.raises(StorageError) as raised:
            archscout.load_result(named)
        assert "\n" not in str(raised.value)


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nothing is at"):
        archscout.load_result(tmp_path / "gone")
