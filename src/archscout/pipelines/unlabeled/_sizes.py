"""How networks in the size of the supernet are built and counted, space by space."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from archscout.spaces import load_space, plugin_of
from archscout.spaces.base import SearchSpace
from archscout.spaces.limits._limit import Limit


def build_settings(space: str, supernet: Mapping[str, Any], classes: int) -> dict[str, Any]:
    """Arguments of a space's ``build`` and ``params`` for a network in the supernet's size.

    What the supernet alone takes, such as norms behind pooling, is left out. Classes may differ
    from the supernet's.
    """
    plugin = plugin_of(space)
    own = inspect.signature(load_space(space).build).parameters
    of_supernet = inspect.signature(plugin.load("supernet")).parameters
    sizes = {k: value for k, value in supernet.items() if k in own or k not in of_supernet}
    return {**plugin.typed(sizes), "classes": classes}


def cost_settings(
    space: str, supernet: Mapping[str, Any], classes: int, resolution: int
) -> dict[str, dict[str, Any]]:
    """Arguments of a space's ``params`` and ``macs``, by these names."""
    sizes = build_settings(space, supernet, classes)
    return {"params": sizes, "macs": {**sizes, "resolution": resolution}}


def limited_space(
    name: str, limits: Sequence[Limit], costs: Mapping[str, Mapping[str, Any]]
) -> SearchSpace:
    """A space within limits, counted as ``costs`` says where they do not say how."""
    space = load_space(name)
    if not limits:
        return space
    counted = [
        limit
        if limit.settings or limit.what not in costs
        else dataclasses.replace(limit, settings=costs[limit.what])
        for limit in limits
    ]
    return space.within(counted)
