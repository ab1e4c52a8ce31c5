"""Names of all spaces, benchmarks, strategies and predictors, and how to load one.

An entry holds the place of its class as text, so that listing names imports nothing.
"""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archscout.errors import SettingsError, kind_of, unknown_name


@dataclass(frozen=True)
class Entry:
    """One registered name.

    Args:
        target: ``"module:attribute"`` of the class or function.
        summary: one line for lists.
        source: paper or package, empty if it is common knowledge.
        settings: keyword arguments that the name stands for.
    """

    target: str
    summary: str
    source: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Callable[..., Any]:
        """Import and return the class or function."""
        module, _, attribute = self.target.partition(":")
        loaded: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
        return loaded


class Registry:
    """A table of names of one kind of thing."""

    def __init__(self, kind: str, entries: Mapping[str, Entry]) -> None:
        self.kind = kind
        self._entries = dict(entries)

    def add(self, name: str, entry: Entry) -> None:
        """Register a name, or replace it; for packages that bring their own."""
        self._entries[name] = entry

    def __getitem__(self, name: str) -> Entry:
        """The entry; raises `UnknownNameError` with the nearest match."""
        if not isinstance(name, str):
            raise SettingsError(
                f"got {kind_of(name)} as the name of a {self.kind}, expected a text: one of "
                f"{', '.join(self.names())}"
            )
        if name not in self._entries:
            raise unknown_name(self.kind, name, self._entries)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._entries

    def create(self, name: str, *args: Any, **settings: Any) -> Any:
        """Load the class and call it; ``settings`` go over those of the entry."""
        entry = self[name]
        return entry.load()(*args, **{**entry.settings, **settings})

    def names(self, pattern: str = "*") -> list[str]:
        """Sorted names that match a shell pattern such as ``"semi*"``."""
        return sorted(n for n in self._entries if fnmatch.fnmatchcase(n, pattern))
