"""An Optuna journal file that one search holds, whose lines prove that they are whole.

Optuna's own `JournalFileBackend` reads such a file too, so that its dashboard shows it while
the search runs. Three things are different here. Every line has a checksum, so that damage
is found wherever it is. What comes after the damage is moved aside when the file is opened: if
that is no more than a line that a kill cut short, the search goes on; if labels may be lost,
which cost something, it is refused once and goes on when it is started again. And the lock is
the kernel's (flock): it is free again as soon as its process is killed, while Optuna's own lock
file would stay and block for 30 seconds; it is not needed, since only the holder of this one
buys labels and a line is written at once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import filelock
from optuna.storages.journal import BaseJournalBackend, JournalFileBackend

from archscout._common.locks import hold
from archscout._common.paths import from_here
from archscout._common.writing import write_file
from archscout.errors import StorageError
from archscout.study.record._journal_lines import line_is_whole, seal_line, tidy_lines, was_journal
from archscout.study.record._storage_place import FileIdentity, Owner

logger = logging.getLogger(__name__)


def repair_journal(path: Path, shown: str | Path = "") -> Path | None:
    """Move everything from the first damaged line on to ``<name>.damaged-<n>``.

    Lines that other systems changed only in their ends get these back; the file that came is
    then kept as ``<name>.original-<n>``. A file that is no journal at all is left as it is.

    Returns:
        The file that holds what was moved, or None if the journal is whole.
    """
    found = path.read_bytes() if path.exists() else b""
    content = tidy_lines(found)
    whole = 0
    for line in content.splitlines(keepends=True):
        if not line_is_whole(line):
            break
        whole += len(line)
    if content == found and whole == len(content):
        return None
    if not whole and not was_journal(content):
        raise StorageError(
            f"{shown or path} is not the journal of a search: choose a new file ending in .log "
            "or a folder"
        )
    damaged = _keep_aside(path, "damaged", content[whole:]) if content[whole:] else None
    # Only once a copy is on disk is anything changed.
    if content == found:
        os.truncate(path, whole)
    elif content == found + b"\n":
        with path.open("ab") as file:
            file.write(b"\n")
    else:
        original = _keep_aside(path, "original", found)
        write_file(path, content[:whole])
        logger.warning(
            "%s had lines that another program changed, its labels are kept: "
            "the file as it was is now %s",
            shown or path, original.name,
        )  # fmt: skip
    return damaged


def _keep_aside(path: Path, what: str, content: bytes) -> Path:
    """Write a new file beside the journal and wait until it is on disk."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{what}-{number}")).exists():
        number += 1
    with aside.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _report_damage(path: Path, aside: Path) -> None:
    """Warn of a line that a kill cut short; refuse where whole lines, and so labels, are lost.

    It is refused once: the journal is whole again by now.
    """
    records, rest = path.read_bytes().count(b"\n"), aside.read_bytes()
    if b"\n" in rest:
        raise StorageError(
            f"{from_here(path)} is damaged after record {records}, expected whole records only: "
            f"what stands before the damage is kept and the rest is now in {aside.name}, so start "
            "the same search again to go on from there"
        )
    logger.warning(
        "%s was cut short after record %d: the rest (%d bytes) is now in %s, the search goes on",
        from_here(path), records, len(rest), aside.name,
    )  # fmt: skip


class SearchJournal(BaseJournalBackend):
    """Backend of Optuna's `JournalStorage`: repaired when opened, held until closed.

    It is made if it is missing, as is its folder. Raises `StorageError` if another search holds
    it, it cannot be read or written, or labels in it were damaged; then it is whole again, and
    goes on when it is opened again.
    """

    def __init__(self, path: Path) -> None:
        # Links are followed once, and the path holds when the working directory changes.
        self.path = path = Path(os.path.realpath(path))
        self._shown = from_here(path)
        if path.exists() and not path.is_file():
            # A device may have no end to read up to.
            raise StorageError(f"{self._shown} is no ordinary file: choose a new file or a folder")
        self._owner = Owner()
        self._lock = hold_storage(path)
        try:
            aside = repair_journal(path, self._shown)
            if aside is not None:
                _report_damage(path, aside)
            self._reader = JournalFileBackend(str(path))
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
            _hold_all_names(self._file, self._shown)
            self._identity = FileIdentity(path)
        except OSError as error:
            self._lock.release()
            raise cannot_use(path, error) from error
        except BaseException:
            self._lock.release()
            raise

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """Read records from a number on."""
        return self._reader.read_logs(log_number_from)

    def check(self) -> None:
        """Raise `StorageError` if the journal was deleted or replaced since it was opened."""
        self._identity.check(self._shown)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write records in one call to the kernel and wait until they are on disk."""
        self._owner.check(self._shown)
        self.check()
        data = b"".join(map(seal_line, logs))
        try:
            written = os.write(self._file, data)
            os.fsync(self._file)
        except OSError as error:
            raise cannot_use(self.path, error) from error
        if written != len(data):
            raise StorageError(f"{self._shown} cannot be written to the end: make room on the disk")

    def close(self) -> None:
        """Let other searches use the journal."""
        os.close(self._file)
        if self._owner.is_here:
            self._lock.release()


def _hold_all_names(file: int, shown: str) -> None:
    """Lock the opened journal itself too: it may have a second name, a hard link."""
    if os.name != "posix":
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise _in_use(shown) from None


def _in_use(shown: str) -> StorageError:
    return StorageError(
        f"{shown} is in use by another search: wait until it ends, or choose another storage"
    )


def hold_storage(path: Path) -> filelock.BaseFileLock:
    """Hold ``<path>.held`` for this process, without waiting; raises `StorageError`."""
    try:
        return hold(Path(f"{path}.held"))
    except BlockingIOError:
        raise _in_use(from_here(path)) from None
    except OSError as error:
        raise cannot_use(path, error) from error


def cannot_use(path: Path, error: OSError) -> StorageError:
    """The error for a storage that the system refuses to read or write."""
    reason = error.strerror or str(error)
    return StorageError(
        f"the storage {from_here(path)} cannot be used ({reason}): "
        "choose a file in a folder that you may read and write"
    )
