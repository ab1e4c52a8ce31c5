"""Proxy: the angle by which an architecture's weights turned while a supernet was trained.

Source: ABS (Hu et al., ECCV 2020, arXiv 2004.13431); random-label search (Zhang et al., CVPR
2021, arXiv 2101.11834).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from archscout.proxies._base import Proxy
from archscout.spaces.base import Architectures, Choices, SearchSpace


class Angle(Protocol):
    """Knows how far the weights of architectures turned."""

    def angles(self, archs: Architectures, /) -> NDArray[np.float64]:
        """Radians ``(n,)``."""


class AngleProxy(Proxy):
    """Angles between initial and final weights.

    Args:
        space: the search space of the supernet, within limits or not.
        angle: from `archscout.supernets.angle.make_angle`, or `null_angle` for its null.
    """

    name = "angle"
    unit = "radians"

    def __init__(self, space: SearchSpace, angle: Angle) -> None:
        super().__init__(space)
        self._angle = angle

    def _score(self, choices: Choices) -> NDArray[Any]:
        return self._angle.angles(choices)
