"""Paths as messages and records show them."""

from __future__ import annotations

import os
from pathlib import Path


def from_here(path: str | Path) -> str:
    """A path as it is seen from the working directory; one outside of it stays as it is."""
    full, here = os.path.abspath(path), os.getcwd()
    inside = full.startswith(here.rstrip(os.sep) + os.sep)
    return os.path.relpath(full, here) if inside else str(path)


def for_record(path: str | Path) -> str:
    """A path for a record that others read: nothing tells whose computer it was on.

    One inside of the working directory is shown from there, a relative one as it is, and of
    anything else only the name.
    """
    shown = from_here(path)
    return Path(shown).name if os.path.isabs(shown) else shown


def at_home(path: str | os.PathLike[str]) -> Path:
    """A path whose leading ``~`` is the home folder; no shell expands one that is quoted."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # There is no such user: a folder may have that name.
        return Path(path)
