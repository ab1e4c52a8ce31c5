"""Folders of parts: found from any working directory, read though other systems changed them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archscout._common.run_folder import RunFolder
from archscout.errors import StorageError


def test_the_working_directory_may_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = RunFolder("run", {"a": 1}, "comparison")
    (tmp_path / "elsewhere").mkdir()
    os.chdir(tmp_path / "elsewhere")
    folder.write("one", {"tau": 0.5})
    assert folder.read("one") == {"tau": 0.5}
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_parts_that_another_system_changed_are_read(
    tmp_path: Path, encoding: str, end: str
) -> None:
    RunFolder(tmp_path, {"a": 1}, "comparison").write("one", {"tau": 0.5})
    for file in [tmp_path / "plan.json", *(tmp_path / "parts").iterdir()]:
        file.write_bytes(file.read_text("utf-8").replace("\n", end).encode(encoding))
    folder = RunFolder(tmp_path, {"a": 1}, "comparison")
    assert folder.read("one") == {"tau": 0.5}


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff", b"5", b"{}", b'{"sha256": []}'])
def test_damaged_parts_and_plans_get_one_sentence(tmp_path: Path, content: bytes) -> None:
    folder = RunFolder(tmp_path, {"a": 1}, "comparison")
    folder.write("one", {"tau": 0.5})
    (tmp_path / "parts" / "one.json").write_bytes(content)
    assert folder.read("one") is None
    (tmp_path / "plan.json").write_bytes(content)
    with pytest.raises(StorageError, match=r"is damaged|holds another comparison"):
        RunFolder(tmp_path, {"a": 1}, "comparison")
