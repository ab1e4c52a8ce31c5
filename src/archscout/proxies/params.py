"""Proxy: the number of trainable parameters. Source: common knowledge."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from archscout.proxies.base import Proxy, check_network_settings
from archscout.spaces.base import Choices, SearchSpace


class Params(Proxy):
    """Trainable parameters of the network that the space builds, unused ones included.

    Args:
        space: the search space.
        settings: size of the network, as the space's ``params`` takes it.

    Raises:
        SettingsError: if a setting is not the space's.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> Params(space).score(space.parse_many(["003000", "000000"]))
        array([316346.,  73306.])
    """

    name = "params"
    unit = "parameters"

    def __init__(self, space: SearchSpace, **settings: Any) -> None:
        super().__init__(space)
        check_network_settings(self.name, space.params_table, settings)
        self._settings = settings

    def _score(self, choices: Choices) -> NDArray[Any]:
        return self.space.params_table(choices, **self._settings)
