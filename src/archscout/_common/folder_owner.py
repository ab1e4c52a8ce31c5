"""Calls that work in a folder: one at a time, and a word of what is kept when they are stopped."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import filelock

from archscout._common.arguments import check_optional
from archscout._common.parts_folder import cannot_write
from archscout._common.paths import at_home, from_here
from archscout.errors import Interrupted, StorageError

Taken = ParamSpec("Taken")
Returned = TypeVar("Returned")

_LOCK = ".held"


def owns_folder(kind: str) -> Callable[[Callable[Taken, Returned]], Callable[Taken, Returned]]:
    """Let a function hold the folder that its argument ``out`` names while it runs.

    Args:
        kind: what it does, such as ``"comparison"``, for messages.

    Raises:
        StorageError: if another call works in the folder, or it cannot be written.
        Interrupted: instead of KeyboardInterrupt, of which it is one; it says what is kept.

    Examples:
        >>> import tempfile
        >>> @owns_folder("example")
        ... def work(out=None):
        ...     return work(out)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     work(folder)
        Traceback (most recent call last):
        archscout.errors.StorageError: ...is in use by another example: wait until it ends, ...
    """

    def decorate(function: Callable[Taken, Returned]) -> Callable[Taken, Returned]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def owning(*args: Taken.args, **named: Taken.kwargs) -> Returned:
            bound = signature.bind_partial(*args, **named)
            out = bound.arguments.get("out")
            check_optional(out, None, "out", "")
            folder = None
            if out is not None:
                # The user's code may change the working directory before the last is written.
                folder = bound.arguments["out"] = at_home(out).absolute()
            made = _missing(folder)
            lock = None if folder is None else _hold(folder, kind)
            try:
                return function(*bound.args, **bound.kwargs)
            except KeyboardInterrupt:
                kept = (
                    "nothing is kept, since no folder was named with out="
                    if folder is None
                    else f"what had ended is kept in {out}, and the same call goes on from there"
                )
                raise Interrupted(f"the {kind} was stopped: {kept}") from None
            finally:
                if folder is not None and lock is not None:
                    lock.release()
                    _forget(made)

        return owning

    return decorate


def _missing(folder: Path | None) -> list[Path]:
    """The folder and those above it that do not exist, the deepest first."""
    if folder is None:
        return []
    return [path for path in (folder, *folder.parents) if not path.exists()]


def _forget(made: list[Path]) -> None:
    """Take away folders that were made for a call that then put nothing into them."""
    with contextlib.suppress(OSError):
        if made and os.listdir(made[0]) == [_LOCK]:
            (made[0] / _LOCK).unlink()
            for folder in made:
                folder.rmdir()


def _hold(folder: Path, kind: str) -> filelock.BaseFileLock:
    """Take the kernel's lock of a folder; it is free as soon as its process ends."""
    lock = filelock.FileLock(folder / _LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Where it cannot be made, filelock would wait for it and say that another holds it.
        with open(lock.lock_file, "ab"):
            pass
        lock.acquire()
    except filelock.Timeout:
        raise StorageError(
            f"the folder {from_here(folder)!r} is in use by another {kind}: wait until it ends, or "
            "name another folder"
        ) from None
    except OSError as error:
        raise cannot_write(folder, error) from None
    return lock
