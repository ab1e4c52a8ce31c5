"""Lists the files below a folder: each folder once, however links lead through it."""

from __future__ import annotations

import os
from pathlib import Path

from archscout.images._images import Skipped
from archscout.images._system_files import is_system_name


def list_files(folder: Path) -> tuple[list[str], list[Skipped]]:
    """All files below a folder, sorted, and what was not looked into.

    Each folder is read once, so that loops of links end. What is hidden (its name begins with a
    dot) is left out; what systems leave in every folder is not even told.
    """
    names: list[str] = []
    skipped: list[Skipped] = []
    seen: set[tuple[int, int]] = set()
    # Links wait until the end, so that a file has the name of where it really lies.
    waiting, links = [""], list[str]()
    while waiting or links:
        where = waiting.pop() if waiting else links.pop(0)
        try:
            status = os.stat(folder / where)
            if (status.st_dev, status.st_ino) in seen:
                skipped.append(Skipped(where, "a link to a folder that was read"))
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder / where) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError as error:
            if not where:
                raise
            refused = isinstance(error, PermissionError)
            skipped.append(
                Skipped(where, f"a folder not {'permitted to be read' if refused else 'readable'}")
            )
            continue
        for entry in entries:
            name = f"{where}/{entry.name}" if where else entry.name
            if is_system_name(entry.name):
                continue
            if entry.name.startswith("."):
                skipped.append(Skipped(name, "hidden"))
            elif _is_folder(entry):
                (links if entry.is_symlink() else waiting).append(name)
            else:
                names.append(name)
    return sorted(names), skipped


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link to itself: it is tried as a file, and skipped there with its reason.
        return False
