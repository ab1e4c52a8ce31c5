"""Proxies: scores of architectures that cost no label. All are found by name.

`PROXIES` holds the names, `make_proxy` makes one, `list_proxies` lists them. The classes are here
too, loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archscout._common.lazy import lazily
from archscout.plugins import Entry, Registry
from archscout.proxies._base import Proxy
from archscout.spaces.base import SearchSpace

if TYPE_CHECKING:
    from archscout.proxies._angle import AngleProxy
    from archscout.proxies._costs import LiveParams, Macs, Params, live_params

__getattr__ = lazily(
    __name__,
    {
        "AngleProxy": "_angle",
        **dict.fromkeys(("LiveParams", "Macs", "Params", "live_params"), "_costs"),
    },
)

_HERE = "archscout.proxies"

PROXIES = Registry(
    "proxy",
    {
        "params": Entry(f"{_HERE}._costs:Params", "trainable parameters"),
        "live-params": Entry(
            f"{_HERE}._costs:LiveParams", "parameters on paths from the input to the output"
        ),
        "macs": Entry(f"{_HERE}._costs:Macs", "multiply-adds for one image"),
        "angle": Entry(
            f"{_HERE}._angle:AngleProxy",
            "how far the weights of a trained supernet turned; takes angle=",
            "Zhang et al., Neural Architecture Search with Random Labels, arXiv 2101.11834",
        ),
    },
    Proxy,
)


def list_proxies(pattern: str = "*") -> list[str]:
    """Sorted names of the proxies that match a shell pattern.

    Examples:
        >>> list_proxies("*params")
        ['live-params', 'params']
    """
    return PROXIES.names(pattern)


def make_proxy(name: str, space: SearchSpace, **settings: Any) -> Proxy:
    """Make the proxy of a registered name.

    Args:
        name: such as ``"live-params"``.
        space: the search space.
        settings: keyword arguments of the proxy's class.

    Raises:
        UnknownNameError: if no proxy has that name.
        SettingsError: if it has no such setting.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> make_proxy("live-params", space, channels=8).score(space.parse_many(["333333"]))
        array([384978.])
    """
    proxy: Proxy = PROXIES.create(name, space, **settings)
    return proxy


__all__ = [
    "PROXIES",
    "AngleProxy",
    "LiveParams",
    "Macs",
    "Params",
    "Proxy",
    "list_proxies",
    "live_params",
    "make_proxy",
]
