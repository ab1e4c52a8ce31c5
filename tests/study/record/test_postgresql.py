"""Searches that share a PostgreSQL server: each study is held by one of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from archscout.errors import ArchscoutError, StorageError
from archscout.objectives._label import Label
from archscout.spaces.base import Architecture
from archscout.study._loop import search
from archscout.study.record._storage import open_record
from archscout.testing._toy import ToySpace

pytestmark = pytest.mark.slow

SPACE = ToySpace()
IDENTITY = {"direction": "maximize"}
PASSWORD = "p@ss w0rd"
LABEL = Label(0, Architecture("toy", (3, 2, 4, 1)), 1.0)


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of a server that runs while these tests do; skips where there is no PostgreSQL."""
    pytest.importorskip("psycopg2", reason="the driver psycopg2 is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian and Ubuntu: apt install postgresql)")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    folder = Path(tempfile.mkdtemp(prefix="archscout-postgresql-"))
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    if user is not None:
        for path in (folder, secret):
            shutil.chown(path, user)
    programs_in, data = programs[-1].parent, str(folder / "data")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = [str(programs_in / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log")]
    making = [str(programs_in / "initdb"), "-D", data, "-A", "scram-sha-256", "-U", "me"]

    def call(*words: str) -> None:
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)

    call(*making, "--no-sync", f"--pwfile={secret}")
    call(*control, "-o", options, "start")
    yield port
    call(*control, "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture
def url(server: int) -> str:
    """The address of an empty database, with a blank and an @ in its password."""
    address = f"postgresql://me:p%40ss w0rd@127.0.0.1:{server}/postgres"
    run_sql(address, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return address


def run_sql(address: str, *statements: str) -> None:
    named = make_url(address).set(drivername="postgresql+psycopg2")
    engine = create_engine(named, isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        for statement in statements:
            opened.execute(text(statement))
    engine.dispose()


def test_a_second_search_is_refused_and_the_first_goes_on(url: str) -> None:
    record = open_record(url, SPACE, IDENTITY)
    with pytest.raises(StorageError, match="in use by another search"):
        open_record(url, SPACE, IDENTITY)
    open_record(url, SPACE, IDENTITY, name="another study").close()
    record.add(LABEL)
    record.close()
    again = open_record(url, SPACE, IDENTITY)
    assert len(again.history()) == 1
    again.close()


def test_searches_that_start_together_in_an_empty_database_all_succeed(url: str) -> None:
    told: list[object] = []

    def start(name: str) -> None:
        try:
            found = search(SPACE, lambda arch: 1.0, "random", labels=3, storage=url, name=name)
            told.append(len(found.labels))
        except Exception as error:
            told.append(error)

    threads = [threading.Thread(target=start, args=(f"study {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [3, 3, 3, 3]


def test_a_lost_connection_is_said_in_words(url: str) -> None:
    record = open_record(url, SPACE, IDENTITY)
    run_sql(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = 'postgres'",
    )
    with pytest.raises(StorageError, match="was lost: the labels so far are kept"):
        record.add(LABEL)
    record.close()
    open_record(url, SPACE, IDENTITY).close()


def test_a_child_that_is_forked_neither_buys_nor_lets_others_in(url: str) -> None:
    record = open_record(url, SPACE, IDENTITY)
    child = os.fork()
    if child == 0:
        try:
            record.add(LABEL)
        except StorageError:
            record.close()
            os._exit(3)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    record.add(LABEL)
    with pytest.raises(StorageError, match="in use by another search"):
        open_record(url, SPACE, IDENTITY)
    record.close()


@pytest.mark.parametrize(
    "form",
    [
        "postgresql://me:wr0ng%40Hush@127.0.0.1:{port}/postgres",
        "postgresql://me:wr0ng Hush@127.0.0.1:{port}/postgres",
        "postgresql://me:wr0ng@Hush@127.0.0.1:{port}/postgres",
        "postgresql://127.0.0.1:{port}/postgres?user=me&password=wr0ngHush",
        "postgresql:///postgres?host=127.0.0.1&port={port}&user=me&password=wr0ngHush",
        "postgresql://me@127.0.0.1:{port}/postgres?password=wr0ngHush&connect_timeout=x",
        "postgresql://me@127.0.0.1:{port}/postgres?passwort=wr0ngHush",
    ],
)
def test_a_failed_login_shows_no_password(server: int, form: str) -> None:
    with pytest.raises(ArchscoutError) as caught:
        open_record(form.format(port=server), SPACE, IDENTITY)
    assert "wr0ng" not in str(caught.value)
    assert "Hush" not in str(caught.value)
    assert caught.value.__cause__ is None
