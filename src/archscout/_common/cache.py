"""Keeps arrays that are slow to make as plain numpy files in the user's cache folder.

A folder or file that somebody else may have written is left alone: numbers from it would be taken
for measurements. What is read is compared with the digest that was written beside it.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from archscout._common.writing import write_file

logger = logging.getLogger(__name__)

_DIGEST = "sha256"

Arrays = dict[str, NDArray[Any]]
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def cache_folder() -> Path | None:
    """``ARCHSCOUT_CACHE``, or the usual place of the platform; None without a home folder."""
    try:
        chosen = os.environ.get("ARCHSCOUT_CACHE")
        if chosen:
            return Path(chosen).expanduser()
    except RuntimeError:
        return None
    usual = user_cache_path("archscout", appauthor=False, opinion=False)
    return usual if usual.is_absolute() else None


def is_cached(key: str) -> bool:
    """Whether the cache folder holds an entry of that name, whole or damaged."""
    path = _entry(key)
    return path is not None and path.is_file()


def cached(key: str, shapes: Mapping[str, tuple[int, ...]], build: Callable[[], Arrays]) -> Arrays:
    """Load arrays from the cache, or build them and put them there.

    A file that is damaged, or that holds other arrays than expected, is built again. Without
    a folder to write to, the arrays are built each time.

    Args:
        key: name of the entry; it must change whenever the arrays would.
        shapes: shape of each array that the entry must hold, by name; -1 fits any length.
        build: makes the arrays.
    """
    path = _entry(key)
    if path is not None:
        found = _load(path, shapes)
        if found is not None:
            return found
    arrays = build()
    if path is not None:
        try:
            _store(path, arrays)
        except OSError as error:
            logger.info("arrays are not cached, %s cannot be written: %s", path.parent, error)
    return arrays


def _entry(key: str) -> Path | None:
    """The file of an entry; None where there is no folder, or nothing in it can be trusted."""
    folder = cache_folder()
    if folder is None:
        return None
    path = folder / f"{key}.npz"
    try:
        reason = _distrust(folder.stat())
        if not reason and path.is_symlink():
            reason = "holds a link in place of a file"
        if not reason and path.exists():
            reason = _distrust(path.stat())
            reason = f"holds a file that {reason}" if reason else ""
    except FileNotFoundError:
        return path
    except OSError as error:
        reason = f"cannot be looked at ({error.strerror})"
    if reason:
        _say(folder, reason)
        return None
    return path


def _distrust(state: os.stat_result) -> str:
    """Why a folder or file may hold what another user wrote; empty if it cannot."""
    if not hasattr(os, "geteuid"):
        return ""
    if state.st_uid not in (os.geteuid(), 0):
        return "belongs to another user"
    if state.st_mode & stat.S_IWOTH:
        return "everybody may write to"
    # A group of one's own, as many systems give to every user, has the user's number.
    if state.st_mode & stat.S_IWGRP and state.st_gid not in (state.st_uid, 0):
        return "a group may write to"
    return ""


@functools.cache
def _say(folder: Path, reason: str) -> None:
    """Warn of a folder once in a process."""
    logger.warning(
        "arrays are made anew instead of cached: the cache folder %s %s; let only yourself write "
        "there, or name another folder with ARCHSCOUT_CACHE",
        folder,
        reason,
    )


def _digest(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.data)
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def _load(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Arrays | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in shapes}
            if _DIGEST not in file:
                return None  # An earlier version wrote no digests.
            if not np.array_equal(file[_DIGEST], _digest(arrays)):
                raise ValueError("its numbers do not match its digest")
    except _DAMAGED as error:
        logger.warning("the cached file %s is damaged and is built again: %s", path, error)
        return None
    for name, shape in shapes.items():
        lengths = arrays[name].shape
        same = len(lengths) == len(shape) and all(
            wanted in (-1, length) for wanted, length in zip(shape, lengths, strict=True)
        )
        if not same or arrays[name].dtype.kind not in "iuf":
            logger.warning("the cached file %s holds other arrays and is built again", path)
            return None
    return arrays


def _store(path: Path, arrays: Arrays) -> None:
    """Write so that another process sees either no file or the whole file."""

    def write(part: Path) -> None:
        with open(part, "xb", opener=_private) as file:
            np.savez(file, **arrays, **{_DIGEST: _digest(arrays)})  # type: ignore[arg-type]

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(path, write)


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner can read and write."""
    return os.open(path, flags, 0o600)
