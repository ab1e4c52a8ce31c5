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

import json
import logging
import os
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import filelock
from optuna.storages.journal import BaseJournalBackend, JournalFileBackend

from archscout.errors import StorageError

logger = logging.getLogger(__name__)

# The checksum comes first, so that no short damage can take it away and hurt what follows too.
_SEALED = re.compile(rb'\{"check":(\d{1,10}),(.*\}\n)', re.DOTALL)
_FOREIGN = b'{"op_code":'


def seal_line(record: dict[str, Any]) -> bytes:
    """One line of the journal: the record as JSON with its checksum as the first key.

    Examples:
        >>> seal_line({"op_code": 0})
        b'{"check":232111015,"op_code":0}\\n'
    """
    body = json.dumps(record, separators=(",", ":")).encode()
    return b'{"check":%d,%s\n' % (zlib.crc32(body), body[1:])


def line_is_whole(line: bytes) -> bool:
    """Whether a line is as it was written; one of Optuna's own has no checksum to prove it.

    Examples:
        >>> line = seal_line({"op_code": 0})
        >>> line_is_whole(line), line_is_whole(line[:-1]), line_is_whole(b"7" + line)
        (True, False, False)
    """
    sealed = _SEALED.fullmatch(line)
    if sealed:
        return zlib.crc32(b"{" + sealed[2][:-1]) == int(sealed[1])
    if not line.startswith(_FOREIGN) or not line.endswith(b"\n"):
        return False
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record["op_code"], int) and isinstance(record.get("worker_id"), str)


def repair_journal(path: Path) -> Path | None:
    """Move everything from the first damaged line on to ``<name>.damaged-<n>``.

    Args:
        path: the journal; it may be missing.

    Returns:
        The file that holds what was moved, or None if the journal is whole.

    Raises:
        StorageError: if the file is no journal at all; it is left as it is.
        OSError: if it cannot be read or written.
    """
    content = path.read_bytes() if path.exists() else b""
    whole = 0
    for line in content.splitlines(keepends=True):
        if not line_is_whole(line):
            break
        whole += len(line)
    if whole == len(content):
        return None
    if not whole and not _was_journal(content):
        raise StorageError(
            f"{path} is not the journal of a search: choose a new file ending in .log or a folder"
        )
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    with aside.open("xb") as file:
        file.write(content[whole:])
        file.flush()
        os.fsync(file.fileno())
    # Only once the copy is on disk is anything cut off.
    os.truncate(path, whole)
    return aside


def _report_damage(path: Path, aside: Path) -> None:
    """Warn of a line that a kill cut short; refuse where whole lines, and so labels, are lost.

    Raises:
        StorageError: in the second case, once: the journal is whole again by now.
    """
    records, rest = path.read_bytes().count(b"\n"), aside.read_bytes()
    if b"\n" in rest:
        raise StorageError(
            f"{path} is damaged after record {records}, expected whole records only: what stands "
            f"before the damage is kept and the rest is now in {aside.name}, so start the same "
            "search again to go on from there"
        )
    logger.warning(
        "%s was cut short after record %d: the rest (%d bytes) is now in %s, the search goes on",
        path, records, len(rest), aside.name,
    )  # fmt: skip


def _was_journal(content: bytes) -> bool:
    """Whether a file without one whole line looks like a journal that was hurt."""
    start = content.strip(b"\0")[:9]
    return b'"op_code"' in content or b'{"check":'.startswith(start)


class SearchJournal(BaseJournalBackend):
    """Backend of Optuna's `JournalStorage`: repaired when opened, held until closed.

    Args:
        path: the journal; it is made if it is missing, as is its folder.

    Raises:
        StorageError: if another search holds it, it cannot be read or written, or labels in it
            were damaged; then it is whole again, and goes on when it is opened again.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_file():
            # A device may have no end to read up to.
            raise StorageError(f"{path} is no ordinary file: choose a new file or a folder")
        self.path = path
        self._lock = hold(path)
        try:
            aside = repair_journal(path)
            if aside is not None:
                _report_damage(path, aside)
            self._reader = JournalFileBackend(str(path))
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            self._lock.release()
            raise cannot_use(path, error) from error
        except BaseException:
            self._lock.release()
            raise

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """Read records from a number on."""
        return self._reader.read_logs(log_number_from)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Write records in one call to the kernel and wait until they are on disk."""
        data = b"".join(map(seal_line, logs))
        try:
            written = os.write(self._file, data)
            os.fsync(self._file)
        except OSError as error:
            raise cannot_use(self.path, error) from error
        if written != len(data):
            raise StorageError(f"{self.path} cannot be written to the end: make room on the disk")

    def close(self) -> None:
        """Let other searches use the journal."""
        os.close(self._file)
        self._lock.release()


def hold(path: Path) -> filelock.BaseFileLock:
    """Take the kernel's lock on ``<path>.held`` for this process, without waiting.

    Raises:
        StorageError: if another search holds it, or the folder cannot be written.
    """
    lock = filelock.FileLock(f"{path}.held", timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Where it cannot be made, filelock would wait for it and say that another holds it.
        with open(lock.lock_file, "ab"):
            pass
        lock.acquire()
    except filelock.Timeout:
        raise StorageError(
            f"{path} is in use by another search: wait until it ends, or choose another storage"
        ) from None
    except OSError as error:
        raise cannot_use(path, error) from error
    return lock


def cannot_use(path: Path, error: OSError) -> StorageError:
    """The error for a storage that the system refuses to read or write."""
    reason = error.strerror or str(error)
    return StorageError(
        f"the storage {path} cannot be used ({reason}): "
        "choose a file in a folder that you may read and write"
    )
