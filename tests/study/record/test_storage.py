"""The record in journals and databases: exact, held by one search, and hard to break."""

from __future__ import annotations

import json
import logging
import math
import os
from pathlib import Path
from typing import Any

import optuna
import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import MissingExtraError, StorageError
from archscout.objectives._label import Label
from archscout.results.search import SearchResult
from archscout.spaces.base import Architecture
from archscout.study._history import settled
from archscout.study._loop import search
from archscout.study.record._databases import _with_driver
from archscout.study.record._journal import repair_journal
from archscout.study.record._journal_lines import line_is_whole, seal_line, tidy_lines
from archscout.study.record._storage import NoRecord, open_record
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
IDENTITY: dict[str, Any] = {"direction": "maximize", "seed": 0}
LABELS = [
    Label(0, Architecture("toy", (3, 2, 4, 1)), 0.1 + 0.2, 1.5, "", {"round": 1, "spread": 0.1}),
    Label(1, Architecture("toy", (0, 0, 0, 0)), math.nan, 0.0, 'ValueError: né\n"x"', {}),
    Label(2, Architecture("toy", (1, 1, 1, 1)), -1e300, 1e-9, "", {"origin": "first", "of": [1]}),
]


def same(first: list[Label], second: list[Label]) -> bool:
    return [repr(label) for label in first] == [repr(label) for label in second]


def moody(arch: Architecture) -> float:
    if arch.choices[1] == 2:
        raise ValueError("never")
    return float(sum(arch.choices)) / 3


def run(storage: Path | str | None) -> SearchResult:
    return search(SPACE, moody, "random", labels=8, seed=5, storage=storage)


def plain_labels(result: SearchResult) -> list[dict[str, Any]]:
    """The labels without their prices, which a clock decides."""
    return [{**label.to_dict(SPACE), "seconds": None} for label in result.labels]


# --- round trips ----------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("where", ["run.log", "run.journal", "folder/in/folder", "sqlite"])
def test_labels_come_back_exactly(tmp_path: Path, where: str) -> None:
    storage = f"sqlite:///{tmp_path}/a.db" if where == "sqlite" else tmp_path / where
    record = open_record(storage, SPACE, IDENTITY)
    assert settled(record.history()) == []
    for label in LABELS:
        record.add(label)
    assert same(settled(record.history()), LABELS)
    record.close()
    again = open_record(str(storage), SPACE, IDENTITY)
    assert same(settled(again.history()), LABELS)
    again.close()
    if where == "folder/in/folder":
        assert (tmp_path / where / "journal.log").is_file()


def test_memory_keeps_nothing() -> None:
    record = open_record(None, SPACE, IDENTITY)
    assert isinstance(record, NoRecord)
    record.add(LABELS[0])
    assert settled(record.history()) == []


def test_optuna_itself_reads_the_journal(tmp_path: Path) -> None:
    result = run(tmp_path)
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "journal.log"))
    study = optuna.load_study(
        study_name="archscout", storage=optuna.storages.JournalStorage(backend)
    )
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert study.user_attrs["archscout"]["seed"] == 5
    assert study.user_attrs["archscout"]["space"] == "toy"
    assert study.best_value == result.best.value
    for trial, label in zip(study.trials, result.labels, strict=True):
        assert (
            ",".join(f"{k}={v}" for k, v in trial.params.items())
            == (trial.user_attrs["architecture"])
        )
        assert SPACE.parse(trial.user_attrs["architecture"]) == label.architecture
        failed = trial.state == optuna.trial.TrialState.FAIL
        assert failed == label.failed
        assert trial.user_attrs["error"] == label.error
        assert trial.value == (None if failed else label.value)


def test_optuna_stays_quiet_and_its_verbosity_as_it_was(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.INFO)
    try:
        search(SPACE, lambda arch: 1.0, "optuna:tpe", labels=12, storage=tmp_path)
        assert optuna.logging.get_verbosity() == optuna.logging.INFO
    finally:
        optuna.logging.set_verbosity(before)
    assert capfd.readouterr() == ("", "")


def test_a_note_written_by_the_dashboard_does_no_harm(tmp_path: Path) -> None:
    first = run(tmp_path)
    path = tmp_path / "journal.log"
    backend = optuna.storages.journal.JournalFileBackend(str(path))
    storage = optuna.storages.JournalStorage(backend)
    study = optuna.load_study(study_name="archscout", storage=storage)
    storage.set_study_system_attr(study._study_id, "note", "looks good")
    more = search(SPACE, moody, "random", labels=12, seed=5, storage=tmp_path)
    assert plain_labels(more)[:8] == plain_labels(first)
    assert not list(tmp_path.glob("*.damaged*"))


# --- one search at a time -------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "sqlite"])
def test_a_storage_is_held_by_one_search(tmp_path: Path, kind: str) -> None:
    storage = f"sqlite:///{tmp_path}/a.db" if kind == "sqlite" else str(tmp_path)
    record = open_record(storage, SPACE, IDENTITY)
    with pytest.raises(StorageError, match="in use by another search"):
        open_record(storage, SPACE, IDENTITY)
    record.close()
    open_record(storage, SPACE, IDENTITY).close()


def test_a_search_that_fails_lets_go_of_its_storage(tmp_path: Path) -> None:
    open_record(tmp_path, SPACE, IDENTITY).close()
    for _ in range(2):
        with pytest.raises(StorageError, match="seed 0"):
            open_record(tmp_path, SPACE, {**IDENTITY, "seed": 1})


def test_a_lock_file_that_a_killed_optuna_left_behind_does_not_block(tmp_path: Path) -> None:
    run(tmp_path)
    os.symlink(tmp_path / "journal.log", tmp_path / "journal.log.lock")
    more = search(SPACE, moody, "random", labels=9, seed=5, storage=tmp_path)
    assert len(more.labels) == 9


@pytest.mark.slow
def test_a_database_that_was_half_made_when_its_search_died_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/a.db"

    def dies(tables: sqlalchemy.MetaData, engine: Any, **_: Any) -> None:
        for table in tables.sorted_tables[:2]:
            table.create(engine)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sqlalchemy.MetaData, "create_all", dies)
        with pytest.raises(KeyboardInterrupt):
            open_record(url, SPACE, IDENTITY)
    assert not (tmp_path / "a.db").exists()
    for _ in range(2):
        record = open_record(url, SPACE, IDENTITY)
        assert settled(record.history()) == []
        record.close()
    assert {path.name for path in tmp_path.iterdir()} == {"a.db", "a.db.held"}


# --- damage ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("whole")
    result = run(folder)
    return (folder / "journal.log").read_bytes(), plain_labels(result)


def check_goes_on(folder: Path, damaged: bytes, labels: list[dict[str, Any]]) -> None:
    for old in folder.iterdir():
        old.unlink()
    path = folder / "journal.log"
    path.write_bytes(damaged)
    repaired = repair_journal(path)
    kept = path.read_bytes()
    rest = repaired.read_bytes() if repaired else b""
    originals = list(folder.glob("*.original-*"))
    tidied = tidy_lines(damaged)
    assert tidied == kept + rest, "bytes were lost"
    if tidied not in (damaged, damaged + b"\n"):
        assert [file.read_bytes() for file in originals] == [damaged]
    path.write_bytes(damaged)
    if b"\n" in rest:
        with pytest.raises(StorageError, match=r"damaged after record .* start the same search"):
            run(folder)
        assert path.read_bytes() == kept
    assert plain_labels(run(folder)) == labels
    assert plain_labels(run(folder)) == labels, "the repaired journal does not hold the labels"


quick = settings(max_examples=60)


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archscout.study.record._journal.os.fsync", lambda file: None)


@pytest.mark.slow
@quick
@given(data=st.data())
def test_cut_anywhere_the_search_ends_with_the_same_labels(
    data: st.DataObject,
    tmp_path: Path,
    unsynced: None,
    journal: tuple[bytes, list[dict[str, Any]]],
) -> None:
    content, labels = journal
    cut = data.draw(st.integers(0, len(content)))
    check_goes_on(tmp_path, content[:cut], labels)


@pytest.mark.slow
@quick
@given(data=st.data())
def test_garbage_anywhere_the_search_ends_with_the_same_labels(
    data: st.DataObject,
    tmp_path: Path,
    unsynced: None,
    journal: tuple[bytes, list[dict[str, Any]]],
) -> None:
    content, labels = journal
    start = data.draw(st.integers(0, len(content)))
    replaced = data.draw(st.integers(0, 12))
    garbage = data.draw(
        st.binary(max_size=12) | st.text("0123456789 \n", max_size=4).map(str.encode)
    )
    check_goes_on(tmp_path, content[:start] + garbage + content[start + replaced :], labels)


def test_nul_bytes_at_the_end_are_moved_aside_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, journal: tuple[bytes, list[dict[str, Any]]]
) -> None:
    content, labels = journal
    path = tmp_path / "journal.log"
    path.write_bytes(content + b"\0" * 4096)
    with caplog.at_level(logging.WARNING):
        assert plain_labels(run(tmp_path)) == labels
    assert (tmp_path / "journal.log.damaged-1").read_bytes() == b"\0" * 4096
    assert "cut short after record 10" in caplog.text
    path.write_bytes(content[:-5])
    run(tmp_path)
    assert (tmp_path / "journal.log.damaged-2").exists()


def test_one_changed_digit_of_a_value_is_noticed() -> None:
    line = seal_line({"op_code": 4, "worker_id": "w", "value": 93.25})
    assert line_is_whole(line)
    assert not line_is_whole(line.replace(b"93.25", b"93.26"))
    assert json.loads(line)["value"] == 93.25


def test_a_file_that_is_no_journal_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "thesis.log"
    path.write_text("Chapter one\nIt was a dark and stormy night.\n")
    with pytest.raises(StorageError, match="is not the journal of a search"):
        run(path)
    assert path.read_text().startswith("Chapter one")
    assert not list(tmp_path.glob("*.damaged*"))


# --- what cannot be used --------------------------------------------------------------------------
def check_refused(storage: str | Path, words: str, kind: type[Exception] = StorageError) -> None:
    with pytest.raises(kind) as caught:
        open_record(storage, SPACE, IDENTITY)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unusable_places_get_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no database " * 999)
    check_refused(file, "expected a folder, a journal")
    check_refused(file / "run", "cannot be used")
    check_refused(file / "run.log", "cannot be used")
    check_refused(f"sqlite:///{file}", "cannot be used")
    check_refused(f"sqlite:///{file}/a.db", "cannot be used")
    check_refused("nosuchdatabase://host/runs", "cannot be used")
    (tmp_path / "endless.log").symlink_to("/dev/zero")
    check_refused(tmp_path / "endless.log", "is no ordinary file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_gets_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    check_refused(folder, "Permission denied")


def test_a_place_that_cannot_be_made_is_not_said_to_be_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: Any) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("builtins.open", refuses)
    check_refused(tmp_path / "run.log", "No such file or directory")


def test_an_installed_driver_is_named_where_the_url_names_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def named(url: str, *installed: str) -> str:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: name in installed or None)
        return _with_driver(sqlalchemy.make_url(url)).render_as_string(hide_password=False)

    url = "postgresql://me:secret@host/runs"
    assert named(url, "psycopg2", "psycopg") == "postgresql+psycopg2://me:secret@host/runs"
    assert named(url, "psycopg") == "postgresql+psycopg://me:secret@host/runs"
    assert named(url) == url
    assert named("postgresql+pg8000://host/runs", "psycopg2") == "postgresql+pg8000://host/runs"
    assert named("sqlite:///a.db", "psycopg2") == "sqlite:///a.db"


class Crowded:
    """Lets the first connections fail as in a database whose tables others are making."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failures: int, error: Exception) -> None:
        self.left = failures
        connect = optuna.storages.RDBStorage.__init__

        def crowded(storage: optuna.storages.RDBStorage, url: str) -> None:
            self.left -= 1
            if self.left >= 0:
                raise error
            connect(storage, url)

        monkeypatch.setattr(
            "archscout.study.record._sqlite_file.make_sqlite", lambda _, path, __: path.touch()
        )
        monkeypatch.setattr("archscout.study.record._databases._PAUSE_SECONDS", 0.0)
        monkeypatch.setattr("optuna.storages.RDBStorage.__init__", crowded)


TAKEN = "duplicate key value violates unique constraint\nDETAIL: it already exists."


@pytest.mark.slow
@pytest.mark.parametrize(
    "error",
    [
        sqlalchemy.exc.IntegrityError("CREATE TABLE", {}, Exception("duplicate key")),
        sqlalchemy.exc.ProgrammingError("CREATE TABLE", {}, Exception(TAKEN)),
    ],
)
def test_tables_that_another_search_makes_meanwhile_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    Crowded(monkeypatch, 2, error)
    record = open_record(url, SPACE, IDENTITY)
    record.add(LABELS[0])
    record.close()
    Crowded(monkeypatch, 99, error)
    check_refused(url, "other searches that started at the same time: start this one again")
    refused = Crowded(monkeypatch, 99, sqlalchemy.exc.OperationalError("", {}, Exception("gone")))
    check_refused(url, "cannot be used")
    assert refused.left == 98, "what is no race is not tried again"


@pytest.mark.slow
def test_a_label_that_two_searches_bought_at_once_counts_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    record = open_record(url, SPACE, IDENTITY)
    record.add(LABELS[0])
    study = optuna.load_study(storage=url, study_name="archscout")
    study.add_trial(study.get_trials()[0])
    with pytest.raises(StorageError, match="another search writes"):
        record.add(LABELS[1])
    record.close()
    record = open_record(url, SPACE, IDENTITY)
    assert same(settled(record.history()), LABELS[:2])
    record.add(LABELS[2])
    assert same(settled(record.history()), LABELS)
    other = study.get_trials()[0]
    other.params = study.get_trials()[2].params
    study.add_trial(other)
    with pytest.raises(StorageError, match="not labels of one search"):
        settled(record.history())
    record.close()


def test_a_missing_driver_names_the_command_and_hides_the_password() -> None:
    try:
        import psycopg2  # noqa: F401
    except ImportError:
        url = "postgresql://me:secret@localhost/runs"
        check_refused(url, "pip install 'archscout[postgresql]'", MissingExtraError)
        with pytest.raises(MissingExtraError) as caught:
            open_record(url, SPACE, IDENTITY)
        assert "secret" not in str(caught.value)
    else:
        pytest.skip("the driver is installed")


def test_a_study_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    study = optuna.create_study(storage=url, study_name="archscout", direction="maximize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    check_refused(url, "was not made by a search of archscout")


@pytest.mark.slow
def test_a_foreign_trial_in_our_study_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    record = open_record(url, SPACE, IDENTITY)
    record.add(LABELS[0])
    study = optuna.load_study(storage=url, study_name="archscout")
    study.add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(StorageError, match="another search writes"):
        record.add(LABELS[1])
    record.close()
    record = open_record(url, SPACE, IDENTITY)
    with pytest.raises(StorageError, match="not labels of one search"):
        settled(record.history())
    record.close()
