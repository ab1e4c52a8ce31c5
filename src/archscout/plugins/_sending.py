"""How a worker process gets the parts that only this process knows.

Names travel as they are, and so do classes and functions that a worker can import. Those of a file
travel as their place, those of a script or an interactive session as a copy. What cannot be copied
is refused here, in words, since a worker could only die of it.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, MappingProxyType
from typing import Any

import cloudpickle

from archscout.errors import SettingsError, error_text
from archscout.plugins._places import names_file, split_place
from archscout.plugins._reference import OF_FILES, load_reference, reference_of
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


class _Sender(cloudpickle.CloudPickler):  # type: ignore[misc]  # it has no types
    """Copies what no process can import; the code of files travels as their places."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, MappingProxyType):
            return _read_only, (dict(obj),)
        in_a_file = str(getattr(obj, "__module__", "")).startswith(OF_FILES)
        if isinstance(obj, type | FunctionType) and in_a_file:
            place = reference_of(obj)
            if place is not None:
                return load_reference, (place,)
        return super().reducer_override(obj)


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
        >>> sendable("forest", "predictor", "forest")
        'forest'
        >>> received(sendable(dict, "part", "mine"))
        <class 'dict'>
    """
    if isinstance(part, str):
        wrappers, home, attribute = split_place(part)
        return f"{wrappers}{os.path.abspath(home)}:{attribute}" if names_file(home) else part
    written = io.BytesIO()
    try:
        _Sender(written).dump(part)
    except Exception as error:
        why = str(error) if isinstance(error, SettingsError) else error_text(error)
        raise SettingsError(
            f"the {kind} {name!r} cannot be sent to another process ({why}): let "
            "it hold nothing that belongs to this one, or pass workers=1"
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
