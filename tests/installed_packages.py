"""Puts packages with entry points where Python finds them, as an installer does."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest


def install(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    name: str,
    points: Mapping[str, str],
    files: Mapping[str, str],
) -> None:
    """Install version 1.0 of a package for one test.

    Args:
        monkeypatch: takes it away again.
        folder: where it goes.
        name: of the package.
        points: entry points by name.
        files: code by file name.
    """
    about = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{point} = {place}" for point, place in points.items()]
    (about / "entry_points.txt").write_text("\n".join(["[archscout.plugins]", *lines, ""]))
    for file, code in files.items():
        (folder / file).write_text(code)
        monkeypatch.delitem(sys.modules, file.removesuffix(".py"), raising=False)
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
