"""What befalls a storage while a search runs, and files that are not the search's own."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archscout.errors import StorageError
from archscout.objectives._function import FunctionObjective
from archscout.objectives._objective import Measurement
from archscout.results.search import SearchResult
from archscout.spaces.base import Architecture
from archscout.study._loop import search
from archscout.study.record._journal import SearchJournal
from archscout.study.record._storage import open_record
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
STORAGES = ["run.log", "folder", "sqlite:///run.db"]


def value(arch: Architecture) -> Measurement:
    return Measurement(sum(arch.choices) / 3, seconds=1.5)


def run(
    storage: str | Path | None,
    objective: Callable[[Architecture], Measurement] = value,
    labels: int = 3,
) -> SearchResult:
    named = FunctionObjective(objective, name="value")
    return search(SPACE, named, "random", labels=labels, seed=5, storage=storage)


def plain_labels(result: SearchResult) -> list[dict[str, Any]]:
    return [label.to_dict(SPACE) for label in result.labels]


def at_the_second_label(act: Callable[[], object]) -> Callable[[Architecture], Measurement]:
    seen: list[Architecture] = []

    def objective(arch: Architecture) -> Measurement:
        seen.append(arch)
        if len(seen) == 2:
            act()
        return value(arch)

    return objective


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- where a storage is ---------------------------------------------------------------------------
@pytest.mark.parametrize("storage", STORAGES)
def test_an_objective_may_change_the_working_directory(tmp_path: Path, storage: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    run(storage, at_the_second_label(lambda: os.chdir(tmp_path / "elsewhere")))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    os.chdir(tmp_path)
    assert len(run(storage, lambda arch: pytest.fail("it was measured")).labels) == 3


@pytest.mark.parametrize("storage", ["linked.log", "sqlite:///linked.db"])
def test_a_link_stays_a_link_and_both_names_are_one_storage(tmp_path: Path, storage: str) -> None:
    link = tmp_path / storage.removeprefix("sqlite:///")
    target = tmp_path / "data" / "there.bin"
    target.parent.mkdir()
    link.symlink_to(target)
    record = open_record(storage, SPACE, {"direction": "maximize"})
    other = f"sqlite:///{target}" if "sqlite" in storage else str(link)
    with pytest.raises(StorageError, match="in use by another search"):
        open_record(other, SPACE, {"direction": "maximize"})
    record.close()
    assert link.is_symlink()
    assert target.stat().st_size


# --- what happens meanwhile -----------------------------------------------------------------------
@pytest.mark.parametrize("storage", STORAGES)
def test_a_storage_that_is_deleted_meanwhile_gets_one_sentence(
    tmp_path: Path, storage: str
) -> None:
    inside = storage.replace("run.", "deep/run.")

    def delete() -> None:
        for folder in ("deep", "folder"):
            shutil.rmtree(tmp_path / folder, ignore_errors=True)

    with pytest.raises(StorageError, match="was deleted while the search ran") as caught:
        run(inside, at_the_second_label(delete))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("storage", ["run.log", "sqlite:///run.db"])
def test_a_storage_that_is_replaced_meanwhile_is_left_alone(tmp_path: Path, storage: str) -> None:
    file = tmp_path / storage.removeprefix("sqlite:///")

    def replace() -> None:
        file.rename(tmp_path / "moved")
        file.write_text("mine")

    with pytest.raises(StorageError, match="was replaced by another file"):
        run(storage, at_the_second_label(replace))
    assert file.read_text() == "mine"


def test_two_hard_links_are_one_journal(tmp_path: Path) -> None:
    journal = SearchJournal(tmp_path / "one.log")
    os.link(tmp_path / "one.log", tmp_path / "two.log")
    with pytest.raises(StorageError, match="in use by another search"):
        SearchJournal(tmp_path / "two.log")
    journal.close()
    SearchJournal(tmp_path / "two.log").close()


# --- forked processes -----------------------------------------------------------------------------
@pytest.mark.parametrize("storage", [*STORAGES, None])
def test_a_child_that_is_forked_in_the_objective_buys_nothing(
    tmp_path: Path, storage: str | None
) -> None:
    parent, told = os.getpid(), tmp_path / "told.txt"

    def fork() -> None:
        child = os.fork()
        if child:
            os.waitpid(child, 0)

    try:
        result = run(storage, at_the_second_label(fork))
    except StorageError as error:
        told.write_text(str(error))
    finally:
        if os.getpid() != parent:
            # What the end of a process would free is freed here.
            os._exit(0)
    assert f"belongs to process {parent}" in told.read_text()
    assert plain_labels(result) == plain_labels(run(None))
    if storage is not None:
        assert plain_labels(run(storage)) == plain_labels(result)


@pytest.mark.parametrize("storage", ["run.log", "sqlite:///run.db"])
def test_a_forked_child_does_not_let_others_in(storage: str) -> None:
    record = open_record(storage, SPACE, {"direction": "maximize"})
    child = os.fork()
    if child == 0:
        record.close()
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(StorageError, match="in use by another search"):
        open_record(storage, SPACE, {"direction": "maximize"})
    record.close()


# --- journals that came from other systems --------------------------------------------------------
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda content: content.replace(b"\n", b"\r\n"),
    "CR": lambda content: content.replace(b"\n", b"\r"),
    "mark": lambda content: b"\xef\xbb\xbf" + content,
    "mark and CRLF": lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"),
    "UTF-16": lambda content: content.decode().replace("\n", "\r\n").encode("utf-16"),
    "trailing blanks": lambda content: content.replace(b"\n", b" \t\n"),
    "blank lines": lambda content: b"\n" + content.replace(b"\n", b"\n\n"),
    "mixed ends": lambda content: content.replace(b"\n", b"\r\n", 2),
    "no last end": lambda content: content[:-1],
    "CRLF without the last": lambda content: content.replace(b"\n", b"\r\n")[:-2],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_journal_that_another_system_changed_keeps_its_labels(
    tmp_path: Path, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = run(tmp_path)
    journal = tmp_path / "journal.log"
    whole = journal.read_bytes()
    journal.write_bytes(changed := CHANGES[change](whole))
    with caplog.at_level(logging.WARNING):
        again = run(tmp_path, lambda arch: pytest.fail("it was measured"))
    assert plain_labels(again) == plain_labels(first)
    assert journal.read_bytes().startswith(whole)
    assert not list(tmp_path.glob("*.damaged*"))
    originals = [path.read_bytes() for path in tmp_path.glob("*.original*")]
    assert originals == ([] if change == "no last end" else [changed])
    assert len(caplog.records) == len(originals)
    assert len(run(tmp_path, labels=6).labels) == 6


def test_damage_is_found_in_a_journal_that_another_system_changed(tmp_path: Path) -> None:
    run(tmp_path)
    journal = tmp_path / "journal.log"
    lines = journal.read_bytes().replace(b"\n", b"\r\n").splitlines(keepends=True)
    lines[4] = lines[4].replace(b"seconds", b"Seconds")
    journal.write_bytes(changed := b"".join(lines))
    with pytest.raises(StorageError, match="damaged after record 4"):
        run(tmp_path)
    assert (tmp_path / "journal.log.original-1").read_bytes() == changed
    moved = (tmp_path / "journal.log.damaged-1").read_bytes()
    assert moved.splitlines() == b"".join(lines[4:]).splitlines()


@pytest.mark.parametrize("word", ["Infinity", "-Infinity", "NaN", "1e999", "9" * 400])
def test_a_value_that_is_no_finite_number_is_a_failed_label(tmp_path: Path, word: str) -> None:
    first = run(tmp_path)
    journal = tmp_path / "journal.log"
    lines = journal.read_bytes().splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if b'"op_code":4' in line)
    good = str(first.labels[0].value).encode()
    body = b"{" + lines[place].rstrip().partition(b",")[2].replace(good, word.encode())
    lines[place] = b'{"check":%d,%s\n' % (zlib.crc32(body), body[1:])
    journal.write_bytes(b"".join(lines))
    if len(word) > 9:
        with pytest.raises(StorageError, match="not labels of one search"):
            run(tmp_path)
        return
    again = run(tmp_path, lambda arch: pytest.fail("it was measured"))
    assert again.labels[0].failed
    assert "expected a finite number" in again.labels[0].error
    assert plain_labels(again)[1:] == plain_labels(first)[1:]


# --- databases of others --------------------------------------------------------------------------
def test_a_file_that_is_named_as_a_part_survives(tmp_path: Path) -> None:
    mine = tmp_path / "run.db.part"
    mine.write_text("mine")
    run("sqlite:///run.db")
    assert mine.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"run.db", "run.db.held", "run.db.part"}


@pytest.mark.parametrize("tables", [["photos"], ["photos", "studies"], ["trials", "zoo"]])
def test_the_database_of_another_program_is_refused(tmp_path: Path, tables: list[str]) -> None:
    file = tmp_path / "app.db"
    with closing(sqlite3.connect(file)) as opened:
        for table in tables:
            opened.execute(f"CREATE TABLE {table} (name TEXT)")
        opened.commit()
    before = file.read_bytes()
    with pytest.raises(StorageError, match="is the database of another program"):
        run("sqlite:///app.db")
    assert file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"app.db"}


def test_a_database_that_optuna_shares_with_another_program_is_taken(tmp_path: Path) -> None:
    run("sqlite:///run.db")
    with closing(sqlite3.connect(tmp_path / "run.db")) as opened:
        opened.execute("CREATE TABLE photos (name TEXT)")
        opened.commit()
    assert len(run("sqlite:///run.db", labels=5).labels) == 5


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        ("sqlite://", "is in memory"),
        ("sqlite:///:memory:", "is in memory"),
        ("sqlite:///file:a.db?uri=true", "as a URI, expected a path"),
        ("sqlite:///.", "it is a folder"),
        ("sqlite:///text.db", "file is not a database"),
        ("sqlite:/a.db", "looks like the address"),
    ],
)
def test_what_cannot_be_an_sqlite_database_gets_one_sentence(
    tmp_path: Path, storage: str, words: str
) -> None:
    (tmp_path / "text.db").write_text("no database " * 99)
    with pytest.raises(StorageError, match=words) as caught:
        run(storage)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("storage", ["sqlite:///a.db?timeout=30", "sqlite:///a{b}%20c.db"])
def test_parameters_and_odd_names_reach_the_database(tmp_path: Path, storage: str) -> None:
    assert len(run(storage).labels) == 3
    assert len(list(tmp_path.glob("*.db"))) == 1
