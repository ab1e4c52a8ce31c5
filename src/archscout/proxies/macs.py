"""Proxy: the number of multiply-adds for one image. Source: common knowledge."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from archscout.proxies.base import Proxy, check_network_settings
from archscout.spaces.base import Choices, SearchSpace


class Macs(Proxy):
    """Multiply-adds of the network that the space builds, unused operations included.

    Args:
        space: the search space.
        settings: size of the network and the image, as the space's ``macs`` takes them.

    Raises:
        SettingsError: if a setting is not the space's.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> Macs(space, resolution=16).score(space.parse_many(["333333"]))
        array([55030410.])
    """

    name = "macs"
    unit = "multiply-adds"

    def __init__(self, space: SearchSpace, **settings: Any) -> None:
        super().__init__(space)
        check_network_settings(self.name, space.macs_table, settings)
        self._settings = settings

    def _score(self, choices: Choices) -> NDArray[Any]:
        return self.space.macs_table(choices, **self._settings)
