"""Plain values for JSON and records, and files written in one step."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Turn a value into what JSON can hold: NaN and infinity become None, the rest text.

    Args:
        value: anything; numpy numbers and arrays, mappings, sequences, sets are taken apart.

    Returns:
        None, bool, int, float, text, or lists and dictionaries of them.

    Examples:
        >>> plain({"mean": np.float64(0.5), "spread": float("nan"), "shape": (2, 3)})
        {'mean': 0.5, 'spread': None, 'shape': [2, 3]}
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if value is None or isinstance(value, bool | str):
        result: Any = value
    elif isinstance(value, int):
        result = int(value)
    elif isinstance(value, float):
        result = float(value) if math.isfinite(value) else None
    elif isinstance(value, Mapping):
        result = {str(key): plain(item) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        result = [plain(item) for item in value]
    elif isinstance(value, set | frozenset):
        result = sorted((plain(item) for item in value), key=str)
    else:
        result = str(value)
    return result


def write_json(path: Path, data: Any) -> None:
    """Write JSON so that the file is either the old one or the whole new one.

    Args:
        path: the file; its folder is made if it is missing.
        data: plain values, as `plain` gives them.

    Raises:
        OSError: if the folder or file cannot be written.
        ValueError: if ``data`` holds NaN or infinity.
    """
    write_text(path, json.dumps(data, indent=1, allow_nan=False, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text so that the file is either the old one or the whole new one.

    Args:
        path: the file; its folder is made if it is missing. What a link leads to is replaced,
            not the link; a device or a pipe is written to, never replaced.
        text: what it shall hold; halves of characters, as in names of files that are no
            Unicode, become question marks.

    Raises:
        OSError: if the folder or file cannot be written.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", errors="replace")
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; a result is an ordinary file.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
