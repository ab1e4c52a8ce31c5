"""The spaces that have a name, and what is declared of each space."""

from __future__ import annotations

import importlib

from archscout.plugins import Entry, Registry
from archscout.spaces._plugin import SpacePlugin
from archscout.spaces.base import SearchSpace

# Each folder declares one space; a further space is one folder and its name here.
_FOLDERS = ("nasbench101", "nasbench201", "darts", "nasbench_macro", "mobilenet")

SPACES = Registry("space", {})
_DECLARED: dict[str, SpacePlugin] = {}


def declare(plugin: SpacePlugin) -> None:
    """Register the space of a declaration under its name."""
    _DECLARED[plugin.name] = plugin
    SPACES.add(plugin.name, Entry(str(plugin.space), plugin.summary, plugin.source))


for _folder in _FOLDERS:
    declare(importlib.import_module(f"archscout.spaces.{_folder}").PLUGIN)


def declarations() -> list[SpacePlugin]:
    """All declarations in the order of their names; no space is loaded for them."""
    return [_DECLARED[name] for name in sorted(_DECLARED)]


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
        return SpacePlugin(space.name, type(space)) if declared is None else declared
    if space in _DECLARED:
        return _DECLARED[space]
    entry = SPACES[space]
    declared = getattr(entry.load(), "plugin", None)
    if isinstance(declared, SpacePlugin):
        return declared
    return SpacePlugin(space, entry.target, entry.summary, entry.source)


def load_space(name: str) -> SearchSpace:
    """Load a search space by its name.

    Args:
        name: one of ``SPACES.names()``.

    Returns:
        A new instance of the space.

    Raises:
        UnknownNameError: if no space has that name; it says which one is nearest.

    Examples:
        >>> len(load_space("nasbench201"))
        15625
    """
    space: SearchSpace = SPACES.create(name)
    return space
