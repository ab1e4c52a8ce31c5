"""Which spaces can be searched through their supernet."""

from __future__ import annotations

from archscout.errors import UnknownNameError, unknown_name
from archscout.plugins import is_reference
from archscout.spaces import declarations, plugin_of

_WORDS = {
    "unlabeled": "space of random-label search",
    "supernet": "space of the search on a supernet",
}


def check_space(name: str, search: str) -> None:
    """Check that a space declares what the search, ``"unlabeled"`` or ``"supernet"``, needs."""
    try:
        plugin = plugin_of(name)
    except UnknownNameError:
        if is_reference(name):
            raise
    else:
        if plugin.can(search):
            return
        if plugin not in declarations() and not plugin.has("supernet"):
            plugin.load("supernet")  # Says what a space of somebody else's lacks.
    known = [plugin.name for plugin in declarations() if plugin.can(search)]
    raise unknown_name(_WORDS[search], str(name), known)
