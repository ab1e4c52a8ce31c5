"""A storage as errors name it: without its secrets, and every failure in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archscout._common.optional import missing
from archscout._common.secrets import repeats_secret, show_storage
from archscout.errors import ArchscoutError, StorageError

_INSTALLS = {"postgresql": "'archscout[postgresql]'", "mysql": "pymysql", "mariadb": "pymysql"}


class StoragePlace:
    """Where labels are kept: what the user named, a path or a URL, which may hold a password."""

    def __init__(self, storage: str) -> None:
        self._storage = storage
        self._shown = show_storage(storage)

    def __str__(self) -> str:
        return self._shown

    def __repr__(self) -> str:
        return f"StoragePlace({self._shown!r})"

    @contextmanager
    def in_one_sentence(self) -> Iterator[None]:
        """Turn whatever a storage raises into one sentence; drivers raise errors of any kind."""
        try:
            yield
        except ArchscoutError:
            raise
        except Exception as error:
            said = self._sentence(error)
            # What a driver says may repeat the password, and Python prints causes too.
            raise said from (None if self._shown != self._storage else error)

    def _sentence(self, error: Exception) -> ArchscoutError:
        if isinstance(error, ImportError):
            kind = self._shown.partition(":")[0].partition("+")[0]
            install = _INSTALLS.get(kind, f"the driver for {kind}")
            return missing(f"the storage {self}", "a database driver", install)
        # Optuna wraps what its database says in a sentence that does not help.
        cause = error.__cause__ or error
        reason = str(cause).strip().partition("\n")[0].rstrip(".")
        if not reason or repeats_secret(reason, self._storage):
            reason = type(getattr(cause, "orig", None) or cause).__name__
        return StorageError(
            f"the storage {self} cannot be used ({reason}): check that it exists, may be "
            "written and is whole, or choose another"
        )


class Owner:
    """The process that opened a storage: what is forked from it may not go on in its place."""

    def __init__(self) -> None:
        self._process = os.getpid()

    @property
    def is_here(self) -> bool:
        """Whether this process is the one that opened the storage."""
        return os.getpid() == self._process

    def check(self, where: object) -> None:
        """Refuse a process that was forked from the one that opened the storage."""
        if not self.is_here:
            raise StorageError(
                f"{where} belongs to process {self._process}, and process {os.getpid()} was forked "
                "from it: end what the objective forks with os._exit, so that only one goes on"
            )


class FileIdentity:
    """Which file stood under a path when it was opened; raises `OSError` if there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = self._now()

    def _now(self) -> tuple[int, int]:
        found = os.stat(self.path)
        return found.st_dev, found.st_ino

    def check(self, where: object) -> None:
        """Refuse to write to a file that nobody would find again: deleted, or replaced."""
        try:
            same = self._now() == self._file
        except OSError as error:
            raise StorageError(
                f"the storage {where} was deleted while the search ran "
                f"({error.strerror or error}): put it back, or choose another storage, and start "
                "the same search again"
            ) from None
        if not same:
            raise StorageError(
                f"the storage {where} was replaced by another file while the search ran: "
                "put the first one back, or choose another storage, and start the same search again"
            )
