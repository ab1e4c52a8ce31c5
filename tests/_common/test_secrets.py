"""No password reaches a message, a record, a file or a log, however its address is written."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import optuna
import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from archscout._common.manifest import make_manifest, shown_command
from archscout._common.secrets import hide_secrets, repeats_secret, show_storage
from archscout.cli import app, main
from archscout.errors import ArchscoutError
from archscout.study._loop import search
from archscout.study.record._storage_place import StoragePlace
from archscout.testing._toy import ToySpace

# Both words are secret: an @ or a blank may stand between them.
ADDRESSES = [
    "postgresql://host/db?user=u&password=HushA",
    "postgresql://u@host/db?password=HushA",
    "postgresql:///db?host=h&password=HushA",
    "postgresql://u:HushA@host/db",
    "postgresql://u:HushA HushB@host/db",
    "postgresql://u:HushA@HushB@host/db",
    "postgresql://u:HushA:HushB@host/db",
    "postgresql://u:HushA/HushB@host/db",
    "postgresql://u:HushA#HushB@host/db",
    "postgresql://u:HushA?HushB@host/db",
    "postgresql://u:HushA@HushB/x?HushB@host/db",
    "postgresql://u:HushA%40HushB@host/db",
    "postgresql://u s:HushA@host/db",
    "postgresql://u@s:HushA@host/db",
    "postgresql://u/s:HushA@host/db",
    "postgresql://u%40s:HushA%2FHushB@host:5432/db",
    "postgresql://host:5432/db?user=u&password=HushA@HushB",
    "postgresql://u:HushA@host:port/db",
    "POSTGRESQL://u:HushA@host/db",
    "postgresql+psycopg2://u:HushA@host/db?sslmode=require",
    "postgresql+nodriver://u:HushA@host/db",
    "nodatabase://u:HushA@host/db",
    "postgresql://u@host/db?pass%77ord=HushA&pwd=HushB",
    "postgresql://u@host/db?password=HushA&password=HushB",
    "postgresql://u@host/db?sslpassword=HushA&passfile=HushB&token=HushA",
    "postgresql://u@host/db?options=-c%20secret%3DHushA",
    "postgresql://u@host/db?host=h%20password%3DHushA",
    "postgresql://u:{HushA}@host/{HushB}?x={HushA}",
    "postgresql://u@host/db;password=HushA",
    "postgresql://u@host/db?HushA",
    "mysql://u:HushA@host/db",
    "mysql+pymysql://u@host/db?passwd=HushA",
    "mssql+pyodbc:///?odbc_connect=DRIVER%3D%7BX%7D%3BUID%3Du%3BPWD%3DHushA",
    "mssql+pyodbc://u:HushA@host/db?driver=ODBC+Driver+18",
    "oracle://u:HushA@host/db",
    "redis://u:HushA@host:6379/0",
    "redis://:HushA@host:6379",
    "https://HushA@host/data.csv",
    "jdbc:postgresql://host/db?user=u&password=HushA",
    " postgresql://u:HushA@host/db",
    "postgresql:/u:HushA@host/db",
    "postgresql//u:HushA@host/db",
    "u:HushA@host/db",
    "u@host/db?password=HushA",
    "host=h user=u password=HushA dbname=db",
    "Driver={X};Server=h;Uid=u;Pwd=HushA",
]


def check_hidden(text: str) -> None:
    assert "husha" not in text.lower()
    assert "hushb" not in text.lower()


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_part_of_a_password_is_shown(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_hidden(show_storage(address))
    check_hidden(repr(StoragePlace(address)))
    for words in ([address], ["--storage", address], [f"--storage={address}"]):
        check_hidden(" ".join(hide_secrets(words)))
        monkeypatch.setattr(sys, "argv", ["archscout", *words])
        check_hidden(json.dumps(make_manifest(seed=0, labels=1, strategy="random", settings={})))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_driver_that_repeats_a_password_is_not_quoted(
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def refuses(url: Any, **_: Any) -> None:
        said = f"login failed for {url!s} {address}: HushA HushB HUSHA"
        raise sqlalchemy.exc.OperationalError(said, {}, ValueError(said))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sqlalchemy.create_engine", refuses)
    monkeypatch.setattr("sqlalchemy.engine.create_engine", refuses)
    with caplog.at_level(logging.DEBUG), pytest.raises(ArchscoutError) as caught:
        search(ToySpace(), lambda arch: 1.0, "random", labels=2, storage=address)
    check_hidden("".join(traceback.format_exception(caught.value)))
    assert "\n" not in str(caught.value)
    check_hidden(caplog.text)
    check_hidden("".join(capfd.readouterr()))
    assert list(tmp_path.iterdir()) == []


class InMemory:
    """Stands for a database that works."""

    def __init__(self, *_: Any) -> None:
        self.storage = optuna.storages.InMemoryStorage()

    def check(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.slow
def test_a_search_that_succeeds_writes_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("archscout.study.record._databases.Database", InMemory)
    address = "postgresql://host:5432/db?user=u&password=HushA@HushB"
    words = ["search", "--strategy", "random", "--labels", "2", "--out", "run"]
    monkeypatch.setattr(sys, "argv", ["archscout", *words, "--storage", address])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {"result.json", "report.html"}
    for path in files:
        check_hidden(path.read_text("utf-8"))
    check_hidden("".join(capfd.readouterr()))


@pytest.mark.parametrize("command", [["search"], ["report"], ["export"], ["search", "--labels"]])
@pytest.mark.parametrize("address", ADDRESSES[:5])
def test_an_address_in_the_wrong_place_is_not_repeated(command: list[str], address: str) -> None:
    done = CliRunner().invoke(app, [*command, address])
    assert done.exit_code == 2
    check_hidden(done.output)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=4, max_size=12), st.sampled_from("@:/?# &=%+;"))
def test_no_password_of_any_kind_is_shown(noise: str, between: str) -> None:
    secret = f"HushA{noise}{between}HushB"
    for address in (
        f"postgresql://u:{secret}@host/db",
        f"postgresql://u@host/db?password={secret}",
        f"postgresql://host/db?user=u&password={secret}",
        f"u:{secret}@host/db",
    ):
        check_hidden(show_storage(address))
        check_hidden(" ".join(hide_secrets([f"--storage={address}"])))
        assert repeats_secret(f"cannot connect with {secret!r}", address)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:///runs.db", "sqlite:///runs.db"),
        ("sqlite:////data/my runs@home/a.db?timeout=5", None),
        ("postgresql://host/runs", "postgresql://host/runs"),
        ("postgresql://me@host:5432/runs", "postgresql://me@host:5432/runs"),
        ("postgresql://me:@[::1]/runs", "postgresql://me:***@[::1]/runs"),
        ("mysql+pymysql://me:a:b!@host:33/x", "mysql+pymysql://me:***@host:33/x"),
        ("runs/a b@c:d.log", "runs/a b@c:d.log"),
        ("C:\\runs\\me@home\\a.log", "C:\\runs\\me@home\\a.log"),
    ],
)
def test_what_is_no_secret_is_shown(address: str, shown: str | None) -> None:
    assert show_storage(address) == (shown or address)


def test_a_reason_that_repeats_nothing_is_told() -> None:
    address = "postgresql://me:a@host/runs"
    assert not repeats_secret('password authentication failed for user "me"', address)
    assert repeats_secret("cannot connect to me:a@host", address)
    assert not repeats_secret("no such file: runs/journal.log", "runs/journal.log")
    assert not repeats_secret("no such file: /data/my runs/a.db", "sqlite:////data/my runs/a.db")


def test_a_command_is_recorded_without_secrets_and_personal_paths() -> None:
    words = ["/home/me/bin/archscout", "--table", "/home/me/a.csv", "--password", "HushA"]
    assert shown_command(words) == ["archscout", "--table", "a.csv", "--password", "***"]
    here = str(Path.cwd() / "runs" / "a.db")
    assert shown_command([f"--storage=sqlite:///{here}"]) == ["--storage=sqlite:///runs/a.db"]
