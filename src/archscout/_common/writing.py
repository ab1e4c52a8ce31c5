"""Writes files in one step: whoever looks finds the old file or the whole new one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archscout.errors import StorageError


@contextmanager
def told_if_unwritable(path: Path) -> Iterator[None]:
    """Raise `StorageError`, which names the file and what to do, if writing it fails inside."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror}): choose a folder that you may write"
        ) from error


def write_file(path: str | Path, content: str | bytes | Callable[[Path], object]) -> None:
    """Write a file so that it is either the old one or the whole new one, also after a kill.

    Args:
        path: the file; its folder is made if it is missing. What a link leads to is replaced,
            not the link; a device or a pipe is written to, never replaced. A file that is
            there keeps its permissions.
        content: what it shall hold. Text is written as UTF-8; halves of characters, as in names
            of files that are no Unicode, become question marks. A function is given the path
            of a file to write.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "part"
            _fill(part, content)
            path.write_bytes(part.read_bytes())
        return
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        _fill(part, content)
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_json(path: str | Path, data: Any) -> None:
    """Write plain values as JSON as `write_file` does; raises `ValueError` for NaN and infinity."""
    write_file(path, json.dumps(data, indent=1, allow_nan=False, ensure_ascii=False) + "\n")


def _fill(part: Path, content: str | bytes | Callable[[Path], object]) -> None:
    """Write a new file and wait until the disk has it."""
    if callable(content):
        content(part)
    else:
        part.write_bytes(
            content.encode("utf-8", "replace") if isinstance(content, str) else content
        )
    with open(part, "rb+") as file:
        os.fsync(file.fileno())
