"""A manifest as rows of a table: what made a result, a fact a row."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any


def flat_rows(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts as pairs of text; facts within facts get rows of their own.

    Examples:
        >>> flat_rows({"seed": 1, "versions": {"archscout": "0.1"}, "command": ["a", "b c"]})
        [('seed', '1'), ('versions archscout', '0.1'), ('command', "a 'b c'")]
    """
    rows: dict[str, str] = {}
    for key, item in manifest.items():
        inner = item.items() if isinstance(item, Mapping) else [("", item)]
        for name, entry in inner:
            title = f"{key} {name}".strip().replace("_", " ")
            rows.setdefault(title, command_line(entry) if key == "command" else _plain(entry))
    return list(rows.items())


def command_line(command: Any) -> str:
    """A command as it can be typed."""
    return shlex.join(map(str, command)) if isinstance(command, list) else str(command)


def _plain(entry: Any) -> str:
    return entry if isinstance(entry, str) else json.dumps(entry, default=str)
