"""Names of the folders that commands make when they are given none, and what reads them next."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from archscout.plugins import is_reference

_LONGEST = 100


def run_folder(*words: object) -> Path:
    """The folder in ``runs/`` that stands for some words; other words get another folder.

    Where a word holds characters that file systems dislike, or all of them are very long, a
    fingerprint tells folders apart whose names would be equal.

    Examples:
        >>> str(run_folder("nasbench201", "", "optuna:tpe", 150, "seed0"))
        'runs/nasbench201-optuna-tpe-150-seed0'
        >>> run_folder("a/b") == run_folder("a-b"), run_folder("x" * 300) == run_folder("x" * 301)
        (False, False)
    """
    text = "-".join(str(word) for word in words if word != "")
    name = re.sub(r"[^\w.=-]+", "-", text)
    if name != text.replace(":", "-") or len(name) > _LONGEST:
        name = f"{name[:_LONGEST].rstrip('-')}-{zlib.crc32(text.encode()):08x}"
    return Path("runs") / name


def export_command(folder: Path, space: str) -> str:
    """The command that writes the network of a folder as code.

    Examples:
        >>> export_command(Path("a"), "darts"), export_command(Path("a"), "lab:Mine")
        ('archscout export a --to code', 'archscout export a --to code --space lab:Mine')
    """
    own = f" --space {space}" if is_reference(space) else ""
    return f"archscout export {folder} --to code{own}"
