"""Names of the folders that commands make when they are given none."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

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
