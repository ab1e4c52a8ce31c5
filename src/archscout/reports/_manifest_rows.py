"""A manifest as rows of a table: what made a result, a fact a row."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any


def flat_rows(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts as pairs of text; facts within facts get rows of their own, empty ones none.

    Examples:
        >>> flat_rows({"seed": 1, "versions": {"archscout": "0.1"}, "command": ["a", "b c"]})
        [('seed', '1'), ('versions archscout', '0.1'), ('command', "a 'b c'")]
    """
    rows: dict[str, str] = {}
    for key, item in manifest.items():
        title = f"{key}".replace("_", " ")
        if key == "command":
            rows.setdefault(title, command_line(item))
            continue
        for name, entry in item.items() if isinstance(item, Mapping) else [("", item)]:
            rows.setdefault(f"{title} {name}".strip().replace("_", " "), _plain(entry))
    return list(rows.items())


def command_line(command: Any) -> str:
    """A command as it can be typed.

    Examples:
        >>> command_line(["__main__.py", "search", "--out", "my runs"])
        "archscout search --out 'my runs'"
    """
    if not isinstance(command, list):
        return str(command)
    words = list(map(str, command))
    if words and PurePath(words[0]).name == "__main__.py":  # python -m archscout
        words[0] = "archscout"
    return shlex.join(words)


def _plain(entry: Any) -> str:
    flat = isinstance(entry, Mapping) and not any(
        isinstance(one, list | Mapping) for one in entry.values()
    )
    if flat:
        return ", ".join(f"{key}={_plain(one)}" for key, one in entry.items()) or "none"
    if isinstance(entry, list) and not any(isinstance(one, list | Mapping) for one in entry):
        return ", ".join(map(_plain, entry)) or "none"
    if isinstance(entry, str):
        return entry
    return "none" if entry is None else json.dumps(entry, default=str, ensure_ascii=False)
