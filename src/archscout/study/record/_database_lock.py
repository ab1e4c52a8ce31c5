"""The right to buy the labels of one study in a database server, held by one search at a time.

The server keeps the lock for a connection and frees it when the connection ends, so that a
search that is killed leaves nothing behind. It takes one connection more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from archscout.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from archscout.study.record._storage_place import StoragePlace

# How a server is asked for a lock at once, and how it is waited for.
LOCKS = {
    "postgresql": (
        "SELECT pg_try_advisory_lock(:key)",
        "SELECT pg_advisory_lock(:key)",
        "SELECT pg_advisory_unlock(:key)",
        "SELECT current_schema()",
    ),
    "mysql": (
        "SELECT GET_LOCK(CAST(:key AS CHAR), 0)",
        "SELECT GET_LOCK(CAST(:key AS CHAR), 60)",
        "SELECT RELEASE_LOCK(CAST(:key AS CHAR))",
        "SELECT DATABASE()",
    ),
}
LOCKS["mariadb"] = LOCKS["mysql"]


class DatabaseLock:
    """A lock of a database server on one study; a `StorageError` if another search holds it."""

    def __init__(self, address: URL, name: str, place: StoragePlace) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        self._place = place
        self._try, self._wait, self._free, where = LOCKS[address.get_backend_name()]
        with place.in_one_sentence():
            engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            self._connection = engine.connect()
        try:
            with place.in_one_sentence():
                self._where = f"{address.database} {self._ask(where)}"
                taken = self._ask(self._try, key=self._key(f"study {name}"))
            if not taken:
                raise StorageError(
                    f"the study {name!r} in {place} is in use by another search: wait until it "
                    "ends, or choose another storage or name"
                )
        except BaseException:
            self.release()
            raise

    @contextmanager
    def while_tables_are_made(self) -> Iterator[None]:
        """Let one search at a time make tables in the database."""
        key = self._key("tables")
        with self._place.in_one_sentence():
            self._ask(self._wait, key=key)
        try:
            yield
        finally:
            with self._place.in_one_sentence():
                self._ask(self._free, key=key)

    def check(self) -> None:
        """Raise `StorageError` if the connection was lost: another search may have the lock."""
        try:
            self._ask("SELECT 1")
        except Exception:
            raise StorageError(
                f"the connection to {self._place} was lost: the labels so far are kept, so start "
                "the same search again to go on from there"
            ) from None

    def release(self) -> None:
        """Let other searches use the study."""
        # Closing tells the server; one that is gone holds no lock any more.
        self._connection.invalidate()
        self._connection.close()

    def _key(self, what: str) -> int:
        text = f"archscout {self._where} {what}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)

    def _ask(self, statement: str, **values: Any) -> Any:
        from sqlalchemy import text

        return self._connection.execute(text(statement), values).scalar()
