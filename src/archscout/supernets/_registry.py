"""The supernets of all spaces by name."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from archscout._common.arguments import check_known
from archscout.errors import unknown_name
from archscout.plugins import Entry, Registry
from archscout.spaces import declarations, plugin_of
from archscout.spaces.base import SearchSpace

if TYPE_CHECKING:
    import torch

    from archscout.spaces._blocks.supernet import Supernet

SUPERNETS = Registry(
    "supernet",
    {
        plugin.name: Entry(str(plugin.supernet), plugin.supernet_summary, plugin.supernet_source)
        for plugin in declarations()
        if plugin.has("supernet")
    },
)


def make_supernet(
    space: SearchSpace | str, *, generator: torch.Generator | None = None, **settings: Any
) -> Supernet:
    """Make the supernet of a space.

    Args:
        space: the space or its name.
        generator: draws the initial weights; None leaves them to PyTorch's own state.
        settings: keyword arguments of the supernet's class, such as ``channels``.

    Returns:
        The supernet, in training mode.

    Raises:
        UnknownNameError: if the space has no supernet.
        SettingsError: if there is no such setting, or a value is out of range.

    Examples:
        >>> supernet = make_supernet("nasbench201", channels=4, cells=1)
        >>> supernet.path_shape
        (3, 6)
    """
    plugin = plugin_of(space)
    if not plugin.has("supernet"):
        raise unknown_name("supernet", plugin.name, SUPERNETS.names())
    make = plugin.load("supernet")
    known = [p for p in inspect.signature(make).parameters if p != "generator"]
    check_known(f"setting of the supernet of space {plugin.name}", settings, known)
    made: Supernet = make(generator=generator, **settings)
    return made
