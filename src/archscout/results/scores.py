"""The angle beside its nulls: what needs no training, or less, and how far it says the same.

Source: Zhang et al., Neural Architecture Search with Random Labels, CVPR 2021, arXiv 2101.11834,
compares the angle with accuracies alone. The nulls are this project's: counting parameters
orders NAS-Bench-201 better than the published angles do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError, listed
from archscout.spaces.base import Architecture, Choices, SearchSpace
from archscout.stats import kendall_tau, kendall_tau_top

ANGLE = "angle"
ONE_EPOCH = "angle after one epoch"
FRESH = "angle between two fresh initialisations"
LIVE = "parameters on live paths"
MACS = "MACs"
TRUE = "angle with true labels"
NULLS = (FRESH, LIVE, MACS, ONE_EPOCH, TRUE)
"""What stands beside the angle, in this order; the last two where they were trained."""


@dataclass(frozen=True)
class Scores:
    """Scores of the same architectures in several ways; higher is better in each.

    Args:
        space: the space, with its limits.
        choices: ``(n, positions)``, all that the space lists or a uniform draw.
        columns: by name of the way, ``(n,)``; `ANGLE` must be one of them.
        exhaustive: whether ``choices`` are all architectures of the space.

    Raises:
        SettingsError: if the lengths differ or the angle is missing.
    """

    space: SearchSpace
    choices: Choices
    columns: Mapping[str, NDArray[np.float64]]
    exhaustive: bool

    def __post_init__(self) -> None:
        if ANGLE not in self.columns:
            raise SettingsError(f"got scores {listed(self.columns)}, expected {ANGLE!r} too")
        for name, column in self.columns.items():
            if column.shape != (len(self.choices),):
                raise SettingsError(
                    f"got {name} of shape {column.shape} for {len(self.choices)} architectures"
                )

    def best(self, name: str) -> Architecture:
        """The architecture that a way puts first; the first in the list of equals."""
        place = int(np.argmax(self.columns[name]))
        return self.space.architectures(self.choices[place : place + 1])[0]

    def agreement(self) -> list[dict[str, Any]]:
        """How far each way orders as the angle does.

        Returns:
            Rows with ``way``, ``tau`` (Kendall's tau-b with the angle over all), ``tau_top_tenth``
            (inside the angle's best tenth), ``best`` (text of the architecture that the way puts
            first) and ``angle_rank`` of that architecture, 1 for the angle's own.
        """
        angle = self.columns[ANGLE]
        rows = []
        for name, column in self.columns.items():
            place = int(np.argmax(column))
            rows.append(
                {
                    "way": name,
                    "tau": _tau(column, angle),
                    "tau_top_tenth": _tau(column, angle, top=True),
                    "best": self.space.format(self.best(name)),
                    "angle_rank": int((angle > angle[place]).sum()) + 1,
                }
            )
        return rows


def _tau(column: NDArray[np.float64], angle: NDArray[np.float64], top: bool = False) -> float:
    if len(angle) < 2:
        return math.nan
    return kendall_tau_top(column, angle) if top else kendall_tau(column, angle)
