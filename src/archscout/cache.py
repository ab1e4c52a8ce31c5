"""Keeps arrays that are slow to make as plain numpy files in the user's cache folder."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Arrays = dict[str, NDArray[Any]]
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


def cache_folder() -> Path | None:
    """Folder for cached arrays: ``ARCHSCOUT_CACHE``, or the usual place of the platform.

    Returns:
        The folder, which may not exist yet; None if the user has no home folder.
    """
    chosen = os.environ.get("ARCHSCOUT_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "archscout"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "archscout"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "archscout"


def is_cached(key: str) -> bool:
    """Whether the cache folder holds an entry of that name, whole or damaged."""
    folder = cache_folder()
    return folder is not None and (folder / f"{key}.npz").is_file()


def cached(key: str, shapes: Mapping[str, tuple[int, ...]], build: Callable[[], Arrays]) -> Arrays:
    """Load arrays from the cache, or build them and put them there.

    A file that is damaged, or that holds other arrays than expected, is built again. Without
    a folder to write to, the arrays are built each time.

    Args:
        key: name of the entry; it must change whenever the arrays would.
        shapes: name and shape of each array that the entry must hold; -1 fits any length.
        build: makes the arrays.

    Returns:
        The arrays by name.
    """
    folder = cache_folder()
    path = None if folder is None else folder / f"{key}.npz"
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


def _load(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Arrays | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in shapes}
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
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
