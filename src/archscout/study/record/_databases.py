"""Opening a database for one search: its driver, its tables, and the lock that the search holds."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import TYPE_CHECKING

from archscout.errors import StorageError
from archscout.study.record._storage_place import FileIdentity, StoragePlace

if TYPE_CHECKING:
    import optuna
    from sqlalchemy.engine import URL

# What a URL that names no driver may use, first the one that pip install is advised for.
_DRIVERS = {"postgresql": ("psycopg2", "psycopg"), "mysql": ("pymysql",), "mariadb": ("pymysql",)}
# Others than searches make tables too, all at once; one succeeds.
_ATTEMPTS, _PAUSE_SECONDS = 5, 0.2


class Database:
    """A database that one search holds; ``storage`` is Optuna's view of it.

    Raises:
        StorageError: if it cannot be used, or is in use by another search.
        MissingExtraError: if its driver is not installed.
    """

    def __init__(self, url: str, name: str, place: StoragePlace) -> None:
        from sqlalchemy.engine import make_url

        from archscout.strategies._optuna_params import quiet_optuna

        self._checks: list[Callable[[], None]] = []
        with place.in_one_sentence():
            address = _with_driver(make_url(url))
        with ExitStack() as held:
            with place.in_one_sentence(), quiet_optuna():
                if address.get_backend_name() == "sqlite":
                    address = self._hold_file(address, place, held)
                with self._hold_study(address, name, place, held):
                    self.storage = _connect(address, place)
            held.callback(self.storage.engine.dispose)
            held.callback(self.storage.remove_session)
            self._held = held.pop_all()

    def _hold_file(self, address: URL, place: StoragePlace, held: ExitStack) -> URL:
        from archscout.study.record._journal import hold_storage
        from archscout.study.record._sqlite_file import find_sqlite, make_sqlite

        path = find_sqlite(address, place)
        held.callback(hold_storage(path).release)
        make_sqlite(address, path, open_tables)
        file = FileIdentity(path)
        self._checks.append(lambda: file.check(place))
        return address.set(database=str(path))

    def _hold_study(
        self, address: URL, name: str, place: StoragePlace, held: ExitStack
    ) -> AbstractContextManager[None]:
        from archscout.study.record._database_lock import LOCKS, DatabaseLock

        if address.get_backend_name() not in LOCKS:
            return nullcontext()
        lock = DatabaseLock(address, name, place)
        held.callback(lock.release)
        self._checks.append(lock.check)
        return lock.while_tables_are_made()

    def check(self) -> None:
        """Raise `StorageError` if another search may hold the database by now."""
        for check in self._checks:
            check()

    def close(self) -> None:
        """Let other searches use the database."""
        self._held.close()


def open_tables(address: URL) -> optuna.storages.RDBStorage:
    """Open a database with Optuna, which makes its tables where they are missing."""
    from optuna.storages import RDBStorage

    url = address.render_as_string(hide_password=False)
    # Optuna fills its version into what stands in braces.
    return RDBStorage(url.replace("{", "{{").replace("}", "}}"))


def _connect(address: URL, place: StoragePlace) -> optuna.storages.RDBStorage:
    """Open a database and make Optuna's tables in it, where another program is not faster."""
    for _ in range(_ATTEMPTS):
        try:
            return open_tables(address)
        except Exception as error:
            if not _was_made_by_another(error):
                raise
            time.sleep(_PAUSE_SECONDS)
    raise StorageError(
        f"the storage {place} is being made by other searches that started at the "
        "same time: start this one again"
    )


def _was_made_by_another(error: Exception) -> bool:
    """Whether something was there that had not been there a moment ago."""
    from sqlalchemy.exc import IntegrityError

    said = (error, error.__cause__)
    return any(isinstance(e, IntegrityError) or "already exists" in str(e) for e in said)


def _with_driver(address: URL) -> URL:
    """Name an installed driver where the URL names none: the default varies with SQLAlchemy."""
    address = address.set(drivername=address.drivername.lower())
    for driver in _DRIVERS.get(address.drivername, ()):
        if importlib.util.find_spec(driver) is not None:
            return address.set(drivername=f"{address.drivername}+{driver}")
    return address
