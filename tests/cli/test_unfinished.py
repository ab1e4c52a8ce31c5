"""Reports of searches that have not finished, from journals in any state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archscout.cli._unfinished import read_unfinished
from archscout.errors import ArchscoutError
from archscout.study._loop import search
from archscout.study.record._journal_lines import seal_line


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    path = tmp_path_factory.mktemp("whole") / "run.log"
    search("nasbench201", lambda arch: float(sum(arch.choices)), "random", labels=3, storage=path)
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_journal_that_another_system_changed_is_read(
    lines: list[bytes], tmp_path: Path, encoding: str, end: str
) -> None:
    path = tmp_path / "run.log"
    text = b"".join(lines).decode().replace("\n", end)
    path.write_bytes(content := text.encode(encoding))
    assert len(read_unfinished(path).labels) == 3
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_last_line_that_is_half_written_is_left_out(lines: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_bytes(b"".join(lines)[:-9])
    assert len(read_unfinished(path).labels) == 2


@pytest.mark.parametrize("junk", [None, 5, [], {}, "x", True])
@pytest.mark.parametrize("key", ["space", "direction", "settings", "seed", "unit", "archscout"])
def test_a_journal_that_says_nonsense_gets_one_sentence(
    lines: list[bytes], tmp_path: Path, key: str, junk: Any
) -> None:
    records = [json.loads(line) for line in lines]
    for record in records:
        record.pop("check")
        if "archscout" in record.get("user_attr", {}):
            known = record["user_attr"]
            (known if key == "archscout" else known["archscout"])[key] = junk
    path = tmp_path / "run.log"
    path.write_bytes(b"".join(map(seal_line, records)))
    allowed = {("unit", "x"), ("seed", 5), ("settings", "{}"), ("seed", True)}
    if (key, junk if isinstance(junk, str | int) else str(junk)) in allowed:
        assert len(read_unfinished(path).labels) == 3
        return
    with pytest.raises(ArchscoutError) as caught:
        read_unfinished(path)
    assert "\n" not in str(caught.value)


def test_lines_that_are_whole_and_make_no_sense_get_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    for record in ({"op_code": 99}, {"op_code": 4}, {"op_code": []}, {"no": "op_code"}):
        path.write_bytes(seal_line(record))
        with pytest.raises(ArchscoutError):
            read_unfinished(path)
