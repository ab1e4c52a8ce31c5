"""Names of all spaces, benchmarks, strategies and predictors, and how to load one.

An entry holds the place of its class as text, so that listing names imports nothing.
"""

from __future__ import annotations

import fnmatch
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archscout.errors import ArchscoutError, SettingsError, kind_of, unknown_name
from archscout.plugins._places import is_reference


@dataclass(frozen=True)
class Entry:
    """One registered name.

    Args:
        target: ``"module:attribute"`` of the class or function, or itself.
        summary: one line for lists.
        source: paper or package, empty if it is common knowledge.
        settings: keyword arguments that the name stands for.
        package: name and version of the package that brings it; empty for archscout.
        declared: what a package or file declares it with, where that says more than the target.
    """

    target: str | Callable[..., Any]
    summary: str = ""
    source: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    package: str = ""
    declared: Any = None

    def load(self) -> Callable[..., Any]:
        """Import and return the class or function."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        loaded: Any = importlib.import_module(module)
        for word in attribute.split("."):
            loaded = getattr(loaded, word)
        made: Callable[..., Any] = loaded
        return made


@dataclass(frozen=True)
class Ready:
    """Gives a part that is there already, in the place of a class that makes it."""

    part: Any

    def __call__(self) -> Any:
        return self.part


_ADDED: dict[str, dict[str, Entry]] = {}
"""By kind, the entries that were added, for the worker processes too."""


class Registry:
    """The names of one kind of part, and whatever else can be named in their place.

    A name is looked up among the registered ones, then among those that installed packages
    declare; any other text may be the place of a part, ``module:Name`` or ``FILE.py:Name``.

    Args:
        kind: what the parts are, singular.
        entries: by name.
        base: the class of the parts; a function counts too, if the annotation of what it returns
            says so.
        read: makes the entry of a declaration that is neither; None where it is none.
        more: gives further entries, asked for after those that packages declare.
    """

    def __init__(
        self,
        kind: str,
        entries: Mapping[str, Entry],
        base: type | None = None,
        read: Callable[[Any], Entry | None] | None = None,
        more: Callable[[], Mapping[str, Entry]] = dict,
    ) -> None:
        self.kind = kind
        self._entries = dict(entries)
        self._base = base
        self._read = read
        self._more = more

    def add(self, name: str, entry: Entry | Callable[..., Any]) -> None:
        """Register a name, or replace it; worker processes get it too.

        Args:
            name: how it is called from now on.
            entry: the entry, or the class or function itself.
        """
        made = entry if isinstance(entry, Entry) else Entry(entry, first_line(entry))
        _ADDED.setdefault(self.kind, {})[name] = made

    def __getitem__(self, name: str) -> Entry:
        """The entry of a name or place.

        Raises:
            UnknownNameError: if there is none; it says which name is nearest.
            SettingsError: if it is no text, of another kind, or its import raises.
        """
        if not isinstance(name, str):
            raise SettingsError(
                f"got {kind_of(name)} as the name of a {self.kind}, expected a text: one of "
                f"{', '.join(self.names())}"
            )
        if (entry := self._registered(name)) is not None:
            return entry
        return self._packaged(name).get(name) or self._placed(name)

    def _registered(self, name: str) -> Entry | None:
        return _ADDED.get(self.kind, {}).get(name) or self._entries.get(name)

    def _entry_of(self, part: Any) -> Entry | None:
        if self._read is not None and (entry := self._read(part)) is not None:
            return entry
        if self._base is None:
            return None
        made = _returned(part) if inspect.isfunction(part) else part
        fits = isinstance(made, type) and issubclass(made, self._base)
        return Entry(part, first_line(part)) if fits else None

    def _expected(self) -> str:
        return "" if self._base is None else f", a class of {self._base.__name__}"

    def __contains__(self, name: object) -> bool:
        """Whether the name is registered or declared by a package."""
        return isinstance(name, str) and (
            self._registered(name) is not None or name in self._packaged(name)
        )

    def create(self, name: str, *args: Any, **settings: Any) -> Any:
        """Load the class and call it; ``settings`` go over those of the entry."""
        entry = self[name]
        return entry.load()(*args, **{**entry.settings, **settings})

    def names(self, pattern: str = "*") -> list[str]:
        """Sorted names that match a shell pattern such as ``"semi*"``."""
        known = {*self._entries, *_ADDED.get(self.kind, {}), *self._packaged()}
        return sorted(name for name in known if fnmatch.fnmatchcase(name, pattern))

    def _packaged(self, name: str | None = None) -> dict[str, Entry]:
        """What packages declare of this kind, by name; all of it, or of one name.

        Raises:
            SettingsError: if the one that is named cannot be imported; of all of them, what
                cannot be imported is left out.
        """
        from archscout.plugins._installed import distribution_of, installed, load_installed

        found: dict[str, Entry] = {}
        for point in installed(name):
            try:
                entry = self._entry_of(load_installed(point, self.kind))
            except ArchscoutError:
                if name is not None:
                    raise
                continue
            package = distribution_of(point)
            if entry is None:
                continue
            if name is not None and name in found:
                raise SettingsError(
                    f"got the {self.kind} {name!r}, which {found[name].package} and {package} "
                    f"declare: name its place, as in {point.value}"
                )
            found[point.name] = replace(entry, package=package)
        if name not in found and not is_reference(name or ""):
            found = {**self._more(), **found}
        return found

    def _placed(self, name: str) -> Entry:
        """The entry of a place."""
        from archscout.plugins._reference import load_reference

        family = f"{name.partition(':')[0]}:"
        if not is_reference(name) or any(known.startswith(family) for known in self._entries):
            raise unknown_name(self.kind, name, self.names())
        part = load_reference(name, self.kind)
        entry = self._entry_of(part)
        if entry is None and callable(part) and not isinstance(part, type):
            entry = Entry(part, first_line(part))  # What it makes is checked once it is made.
        if entry is None:
            raise SettingsError(
                f"got {kind_of(part)} at {name!r}, expected a {self.kind}{self._expected()}"
            )
        return entry


def first_line(part: object) -> str:
    """The first line of what is documented of a part, without its full stop."""
    return (inspect.getdoc(part) or "").partition("\n")[0].rstrip(".")


def _returned(function: Callable[..., Any]) -> Any:
    """What a function says that it returns; None if nobody can tell."""
    try:
        return inspect.signature(function, eval_str=True).return_annotation
    except Exception:  # Annotations are any code, and may name what only type checkers import.
        return None
