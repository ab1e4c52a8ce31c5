"""The file of an SQLite database: found once, taken from no other program, made in one step."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from archscout._common.paths import at_home
from archscout._common.writing import write_file
from archscout.errors import StorageError

if TYPE_CHECKING:
    import optuna
    from sqlalchemy.engine import URL

    from archscout.study.record._storage_place import StoragePlace

_MADE_BY_OPTUNA = {"studies", "trials", "version_info"}


def find_sqlite(address: URL, place: StoragePlace) -> Path:
    """The file that an address names: links are followed, and its folder is that of today.

    Raises `StorageError` if it is no file, or belongs to another program.
    """
    named = address.database or ""
    if named in ("", ":memory:"):
        raise StorageError(
            f"the storage {place} is in memory and ends with the search: leave the storage out, "
            "or name a file, as in sqlite:///search.db"
        )
    if named.startswith("file:"):
        raise StorageError(
            f"the storage {place} names its file as a URI, expected a path: write it as in "
            "sqlite:///search.db"
        )
    path = Path(os.path.realpath(at_home(named)))
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no ordinary file"
        raise StorageError(
            f"the storage {place} cannot be used (it is {kind}): name a file in it, as in "
            "sqlite:///search.db"
        )
    if path.exists() and address.drivername in ("sqlite", "sqlite+pysqlite"):
        _check_owner(path, place)
    return path


def _check_owner(path: Path, place: StoragePlace) -> None:
    with (
        place.in_one_sentence(),
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as opened,
    ):
        rows = opened.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        tables = {str(name) for (name,) in rows if not str(name).startswith("sqlite_")}
    if tables <= _optuna_tables() or tables >= _MADE_BY_OPTUNA:
        return
    raise StorageError(
        f"the storage {place} is the database of another program (it holds the table "
        f"{min(tables - _optuna_tables())!r}): name a new file"
    )


def _optuna_tables() -> set[str]:
    from optuna.storages._rdb import models

    return {*models.BaseModel.metadata.tables, "alembic_version"}


def make_sqlite(
    address: URL, path: Path, make: Callable[[URL], optuna.storages.RDBStorage]
) -> None:
    """Make a new database with Optuna's tables in one step.

    A kill between two statements would leave tables without their unique indices, and Optuna
    would not add them later.
    """
    if path.exists() and path.stat().st_size:
        return

    def fill(part: Path) -> None:
        made = make(address.set(database=str(part)))
        made.remove_session()
        made.engine.dispose()

    write_file(path, fill)
