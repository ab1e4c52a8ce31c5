"""Files are written whole or not at all, and nothing but a file is ever replaced."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from archscout._common.plain import write_json, write_text


def test_the_folder_is_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "page.html"
    write_text(path, "one")
    write_text(path, "two")
    assert path.read_text(encoding="utf-8") == "two"
    assert os.listdir(path.parent) == ["page.html"]


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "page.html"
    link.symlink_to(tmp_path / "elsewhere" / "page.html")
    write_text(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "elsewhere" / "page.html").read_text(encoding="utf-8") == "text"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_text(tmp_path, "text")


def test_half_a_character_does_not_lose_the_rest(tmp_path: Path) -> None:
    write_json(tmp_path / "result.json", {"command": "--out x\udcff", "best": 1})
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["best"] == 1
