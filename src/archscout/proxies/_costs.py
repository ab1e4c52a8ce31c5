"""Proxies: what the network of an architecture costs, in parameters or multiply-adds.

Source: common knowledge; live parameters are a control of this project for random-label search
(Zhang et al., CVPR 2021, arXiv 2101.11834): over all of NAS-Bench-201 they rank better than the
published angles, without a step of training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.proxies._base import Proxy, check_network_settings
from archscout.spaces import plugin_of
from archscout.spaces.base import Architectures, Choices, SearchSpace


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


class LiveParams(Params):
    """Parameters on paths from the input to the output; see `live_params`.

    Args:
        space: the search space.
        settings: size of the network, as the space's ``params`` takes it.

    Raises:
        SettingsError: if a setting is not the space's.
    """

    name = "live-params"

    def _score(self, choices: Choices) -> NDArray[Any]:
        return live_params(self.space, choices, **self._settings)


def live_params(space: SearchSpace, archs: Architectures, **settings: Any) -> NDArray[np.int64]:
    """Count the parameters that can reach the output.

    In NAS-Bench-201 a convolution on an edge that no path from input to output uses does not
    count. A space without a part ``live`` in its declaration uses all it has.

    Args:
        space: the search space.
        archs: architectures, or choices ``(n, positions)``.
        settings: size of the network, as the space's ``params`` takes it.

    Returns:
        ``(n,)`` trainable parameters.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> live_params(space, space.parse_many(["003000", "000300", "000000"]))
        array([ 73306, 316346,  73306])
    """
    choices = space.as_choices(archs)
    plugin = plugin_of(space)
    if plugin.has("live"):
        choices = plugin.load("live")(choices)
    return space.params_table(choices, **settings)
