"""Paths as messages and records show them."""

from __future__ import annotations

import os
from pathlib import Path


def from_here(path: str | Path) -> str:
    """A path as it is seen from the working directory; one outside of it stays as it is.

    Examples:
        >>> from_here(Path.cwd() / "runs" / "journal.log") == os.path.join("runs", "journal.log")
        True
    """
    full, here = os.path.abspath(path), os.getcwd()
    inside = full.startswith(here.rstrip(os.sep) + os.sep)
    return os.path.relpath(full, here) if inside else str(path)


def for_record(path: str | Path) -> str:
    """A path for a record that others read: nothing tells whose computer it was on.

    Args:
        path: of a file or folder; it need not exist.

    Returns:
        The path from the working directory to what is inside of it, a relative path as it is,
        and only the name of anything else.

    Examples:
        >>> for_record("/home/me/tables/mine.csv"), for_record("tables/mine.csv")
        ('mine.csv', 'tables/mine.csv')
    """
    shown = from_here(path)
    return Path(shown).name if os.path.isabs(shown) else shown


def at_home(path: str | Path) -> Path:
    """A path whose leading ``~`` is the home folder; no shell expands one that is quoted.

    Examples:
        >>> at_home("~/runs") == Path.home() / "runs", at_home("a~b").name
        (True, 'a~b')
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:  # There is no such user: a folder may have that name.
        return Path(path)
