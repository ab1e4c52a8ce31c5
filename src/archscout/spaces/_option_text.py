"""The standard text of a space that has none of its own: ``name=option`` for each variable.

A name or an option that holds a separator, a quote or something unprintable is written as a
JSON text in quotes, so that every text reads back as what was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from archscout.errors import ParseError
from archscout.spaces._architecture import Variable

_BARE = re.compile(r'[^\s",=](?:[^",=]*[^\s",=])?')
_WORD = r'(\s*"(?:[^"\\]|\\.)*"\s*|[^",=]*)'
_PAIR = re.compile(rf"{_WORD}={_WORD}(?:,|\Z)", re.DOTALL)


def write_options(variables: Sequence[Variable], choices: Sequence[int]) -> str:
    """Write the chosen option of each variable."""
    pairs = zip(variables, choices, strict=True)
    return ",".join(f"{_written(v.name)}={_written(v.texts[choice])}" for v, choice in pairs)


def read_options(variables: Sequence[Variable], text: str, space: str) -> tuple[int, ...]:
    """Read what `write_options` wrote; the variables may come in any order."""
    form = ",".join(f"{_written(variable.name)}=..." for variable in variables)
    if not isinstance(text, str):
        raise ParseError(f"got {type(text).__name__}, expected a text such as {form:.200}")
    found: dict[str, str] = {}
    place = 0
    while place < len(text) or not found:
        pair = _PAIR.match(text, place)
        if pair is None:
            raise ParseError(f"got {text!r:.200}, expected {form:.200} of space {space!r}")
        name, option = map(_read, pair.groups())
        if name in found:
            raise ParseError(f"got {name!r} twice in {text!r:.200}, expected each variable once")
        found[name] = option
        place = pair.end()
    if text.endswith(",") or found.keys() != {variable.name for variable in variables}:
        raise ParseError(f"got {text!r:.200}, expected {form:.200} of space {space!r}")
    return tuple(variable.index(found[variable.name]) for variable in variables)


def _written(text: str) -> str:
    if _BARE.fullmatch(text) and text.isprintable():
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _read(word: str) -> str:
    word = word.strip()
    if not word.startswith('"'):
        return word
    try:
        return str(json.loads(word, strict=False))
    except ValueError:
        raise ParseError(f"got {word!r:.80}, expected a text in quotes as JSON writes it") from None
