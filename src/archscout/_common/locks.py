"""Locks of files that are free as soon as their process ends, however it does."""

from __future__ import annotations

from pathlib import Path

import filelock


def hold(file: Path) -> filelock.BaseFileLock:
    """Take the kernel's lock of a file, which is made if it is missing, without waiting.

    Raises:
        BlockingIOError: if another process, or this one elsewhere, holds it.
        OSError: if it cannot be written.
    """
    lock = filelock.FileLock(file, timeout=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    # Where it cannot be made, filelock would wait for it and say that another holds it.
    with open(file, "ab"):
        pass
    try:
        lock.acquire()
    except filelock.Timeout:
        raise BlockingIOError(f"{file} is held") from None
    return lock
