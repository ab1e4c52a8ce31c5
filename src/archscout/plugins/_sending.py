"""How a worker process gets the parts that only this process knows.

Names travel as they are. A class or function travels as its place, which the worker imports; an
object travels as a copy, in which its class is a place. What has no place is refused here, in
words, since a worker could only die of it.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, MappingProxyType
from typing import Any

from archscout.errors import SettingsError, error_text
from archscout.plugins._places import names_file, split_place
from archscout.plugins._reference import load_reference, reference_of
from archscout.plugins._registry import _ADDED, Entry


@dataclass(frozen=True)
class Sent:
    """A part on its way to a worker.

    Args:
        name: what it is called.
        content: the part, pickled by this program for its own processes.
    """

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name


class _Sender(pickle.Pickler):
    """Writes classes and functions as places."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, MappingProxyType):
            return _read_only, (dict(obj),)
        if not isinstance(obj, type | FunctionType):
            return NotImplemented
        place = reference_of(obj)
        if place is None and (isinstance(obj, FunctionType) or obj.__module__ == "__main__"):
            raise SettingsError(f"{obj.__qualname__} is in no file that can be imported")
        in_a_file = place is not None and place.rpartition(":")[0].endswith(".py")
        return (load_reference, (place,)) if in_a_file else NotImplemented


def _read_only(values: dict[Any, Any]) -> Any:
    """Make what pickle cannot write; tables hold their columns in one."""
    return MappingProxyType(values)


def sendable(part: Any, kind: str, name: str) -> Any:
    """What to give a worker for a part, so that `received` gives the part there.

    Args:
        part: a registered name, a place, a class, a function or an object.
        kind: what it is, for the message.
        name: what it is called, for the message.

    Returns:
        A text, or a `Sent`.

    Raises:
        SettingsError: if the part cannot be sent to another process.

    Examples:
        >>> sendable("forest", "predictor", "forest"), sendable(dict, "part", "mine")
        ('forest', 'builtins:dict')
    """
    if isinstance(part, str):
        wrappers, home, attribute = split_place(part)
        return f"{wrappers}{os.path.abspath(home)}:{attribute}" if names_file(home) else part
    if (place := reference_of(part)) is not None:
        return place
    written = io.BytesIO()
    try:
        _Sender(written).dump(part)
    except Exception as error:
        why = str(error) if isinstance(error, SettingsError) else error_text(error)
        raise SettingsError(
            f"the {kind} {name!r} cannot be sent to another process ({why}): define "
            "it at the top of a file or module, or pass workers=1"
        ) from None
    return Sent(name, written.getvalue())


def received(part: Any) -> Any:
    """The part that `sendable` prepared; texts stay texts, which registries look up."""
    # Of no file: this program has pickled it for its own processes.
    return pickle.loads(part.content) if isinstance(part, Sent) else part  # noqa: S301


def additions() -> dict[str, dict[str, Any]]:
    """All names that were added to registries, ready to be sent; see `receive_additions`."""
    return {
        kind: {name: _packed(kind, name, entry) for name, entry in entries.items()}
        for kind, entries in _ADDED.items()
    }


def receive_additions(sent: Mapping[str, Mapping[str, Any]]) -> None:
    """Add in a worker what was added in its parent."""
    for kind, entries in sent.items():
        for name, entry in entries.items():
            _ADDED.setdefault(kind, {})[name] = _unpacked(entry)


def _packed(kind: str, name: str, entry: Entry) -> Any:
    try:
        return sendable(entry, kind, name)
    except SettingsError as error:
        return _Missing(str(error))


def _unpacked(entry: Any) -> Entry:
    found: Entry = received(entry) if not isinstance(entry, _Missing) else Entry(entry)
    return found


@dataclass(frozen=True)
class _Missing:
    """Stands for an added part that could not be sent, and says so when it is asked for."""

    why: str

    def __call__(self, *args: Any, **settings: Any) -> Any:
        raise SettingsError(self.why)
