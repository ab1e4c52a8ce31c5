"""The spaces that have a name, and what is declared of each space."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any, cast

from archscout.errors import ArchscoutError, SettingsError, kind_of
from archscout.plugins import Entry, Ready, Registry, first_line
from archscout.spaces._plugin import SpacePlugin
from archscout.spaces.base import SearchSpace

# Each folder declares one space; a further space is one folder and its name here.
_FOLDERS = ("nasbench101", "nasbench201", "darts", "nasbench_macro", "mobilenet")

_DECLARED: dict[str, SpacePlugin] = {
    plugin.name: plugin
    for plugin in (
        importlib.import_module(f"archscout.spaces.{folder}").PLUGIN for folder in _FOLDERS
    )
}


def _entry(plugin: SpacePlugin) -> Entry:
    return Entry(cast(Any, plugin.space), plugin.summary, plugin.source, declared=plugin)


def _read(part: object) -> Entry | None:
    """The entry of a declaration, or of a space that stands there ready."""
    if isinstance(part, SpacePlugin):
        return _entry(part)
    return Entry(Ready(part), first_line(part)) if isinstance(part, SearchSpace) else None


SPACES = Registry(
    "space", {name: _entry(plugin) for name, plugin in _DECLARED.items()}, SearchSpace, _read
)


def declare(plugin: SpacePlugin) -> None:
    """Register the space of a declaration under its name."""
    _DECLARED[plugin.name] = plugin
    SPACES.add(plugin.name, _entry(plugin))


def declarations(*, packages: bool = False) -> list[SpacePlugin]:
    """All declarations in the order of their names; no space is made for them.

    Args:
        packages: whether those of installed packages count, which are imported for it.
    """
    found = dict(_DECLARED)
    for name in SPACES.names() if packages else ():
        # Whoever names a package that is broken is told; here the others count.
        with contextlib.suppress(ArchscoutError):
            if name not in found and (declared := _declared(SPACES[name])) is not None:
                found[name] = declared
    return [found[name] for name in sorted(found)]


def _declared(entry: Entry) -> SpacePlugin | None:
    """The declaration of an entry, or of the class that it names."""
    declared = entry.declared or getattr(entry.load(), "plugin", None)
    return declared if isinstance(declared, SpacePlugin) else None


def plugin_of(space: SearchSpace | str) -> SpacePlugin:
    """What is declared of a space; of one that declares nothing, its name and class alone.

    Args:
        space: the space, within limits or not, or its name.

    Raises:
        UnknownNameError: if no space has that name.

    Examples:
        >>> plugin_of("nasbench201").noun, plugin_of("darts").has("drawing")
        ('cell', False)
    """
    if not isinstance(space, str):
        declared = space.plugin
        # A class derived from that of a space, under another name, is another space.
        if declared is not None and declared.name == space.name:
            return declared
        return SpacePlugin(space.name, type(space))
    if space in _DECLARED:
        return _DECLARED[space]
    entry = SPACES[space]
    if (declared := _declared(entry)) is not None:
        return declared
    made = load_space(space)
    return made.plugin or SpacePlugin(made.name, entry.target, entry.summary, entry.source)


def load_space(name: str) -> SearchSpace:
    """Load a search space by its name.

    Args:
        name: one of ``SPACES.names()``, or a place, ``"module:Name"`` or ``"FILE.py:Name"``.

    Returns:
        A new instance of the space.

    Raises:
        UnknownNameError: if no space has that name; it says which one is nearest.
        SettingsError: if what the name stands for makes no space.

    Examples:
        >>> len(load_space("nasbench201"))
        15625
    """
    entry = SPACES[name]
    try:
        space = entry.load()(**entry.settings)
    except TypeError as error:
        raise SettingsError(
            f"got the space {name!r}, which cannot be made without arguments ({error}): name a "
            "function that makes it, or pass an object of it"
        ) from error
    if not isinstance(space, SearchSpace):
        raise SettingsError(f"got {kind_of(space)} from {name!r}, expected a search space")
    if entry.package and space.name != name:
        raise SettingsError(
            f"{entry.package} declares {name!r}, whose space calls itself {space.name!r}: records "
            "need one name for both"
        )
    if entry.declared is not None and space.plugin is None:
        space.plugin = entry.declared
    return space
