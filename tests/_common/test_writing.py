"""Files are written whole or not at all, and nothing but a file is ever replaced."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from archscout._common.writing import write_file, write_json


def test_the_folder_is_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    write_file(path, "one")
    write_file(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert os.listdir(path.parent) == ["page.html"]


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "page.html"
    link.symlink_to(tmp_path / "elsewhere" / "page.html")
    write_file(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "elsewhere" / "page.html").read_text(encoding="utf-8") == "text"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, "text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path, "text")


def test_half_a_character_does_not_lose_the_rest(tmp_path: Path) -> None:
    write_json(tmp_path / "result.json", {"command": "--out x\udcff", "best": 1})
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["best"] == 1


def test_a_function_writes_a_file_that_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_file(path, "old")

    def fail(part: Path) -> None:
        part.write_text("half")
        assert path.read_text() == "old"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(path, fail)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["table.csv"]
    write_file(path, lambda part: part.write_bytes(b"new"))
    assert path.read_bytes() == b"new"


def test_a_pipe_takes_what_a_function_writes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, lambda part: part.write_bytes(b"bytes"))
        assert os.read(reader, 10) == b"bytes"
    finally:
        os.close(reader)


@pytest.mark.parametrize("content", ["text", b"bytes", lambda part: part.write_bytes(b"made")])
def test_a_new_file_is_an_ordinary_one_and_an_old_one_keeps_its_permissions(
    tmp_path: Path, content: object
) -> None:
    path, ordinary = tmp_path / "a", tmp_path / "b"
    ordinary.touch()
    write_file(path, content)  # type: ignore[arg-type]
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)
    path.chmod(0o600)
    write_file(path, content)  # type: ignore[arg-type]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
