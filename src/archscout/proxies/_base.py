"""The contract of every proxy: a score for each architecture, which no label was bought for."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.arguments import check_known
from archscout._common.own_state import own_state
from archscout.spaces.base import Architectures, Choices, SearchSpace


class Proxy(ABC):
    """Scores architectures without a label.

    Attributes:
        name: its name in lists.
        unit: what a score is measured in.

    Args:
        space: the search space.
    """

    name: str
    unit: str

    def __init__(self, space: SearchSpace) -> None:
        self.space = space

    @own_state(one_thread=False)
    def score(self, archs: Architectures) -> NDArray[np.float64]:
        """Score architectures; higher is thought to be better.

        Args:
            archs: architectures, or choices ``(n, positions)``.

        Returns:
            ``(n,)`` finite scores; each depends on its architecture alone.

        Raises:
            ParseError: if one is not of the space.
        """
        return self._score(self.space.as_choices(archs)).astype(np.float64)

    @abstractmethod
    def _score(self, choices: Choices) -> NDArray[Any]:
        """Scores ``(n,)`` of choices ``(n, positions)``."""


def check_network_settings(
    proxy: str, cost: Callable[..., NDArray[np.int64]], settings: Mapping[str, Any]
) -> None:
    """Refuse settings that a cost, such as a space's ``params_table``, does not take."""
    known = inspect.signature(cost).parameters
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in known.values()):
        return
    check_known(f"setting of proxy {proxy}", settings, [n for n in known if n != "archs"])
