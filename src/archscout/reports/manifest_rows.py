"""A manifest as rows of a table: what made a result, a fact a row."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

_DEPTH = 3  # facts within facts that get rows; what is deeper stays in one


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
        for name, entry in _leaves(item):
            rows.setdefault(f"{title} {name}".strip(), _plain(entry))
    return list(rows.items())


def _leaves(item: Any, depth: int = _DEPTH) -> Iterator[tuple[str, Any]]:
    if not isinstance(item, Mapping) or depth == 0:
        yield "", item
        return
    for key, entry in item.items():
        for name, leaf in _leaves(entry, depth - 1):
            yield f"{key} {name}".strip().replace("_", " "), leaf


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
    if isinstance(entry, list) and not any(isinstance(one, list | Mapping) for one in entry):
        return ", ".join(map(_plain, entry)) or "none"
    if isinstance(entry, str):
        return entry
    return "none" if entry is None else json.dumps(entry, default=str, ensure_ascii=False)
