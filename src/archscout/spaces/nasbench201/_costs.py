"""Exact parameters and multiply-adds of NAS-Bench-201 networks, for whole batches at once.

Both add up over edges: a network costs what its fixed parts cost plus what each convolution
edge costs, whether or not a path to the output uses that edge. Scales and shifts of batch norms
count as parameters. The classifier's bias counts as one multiply-add for each class, as in the
published table; batch norms, pooling and sums do not count.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from archscout.spaces._blocks import block_costs as costs
from archscout.spaces.nasbench201._cell import EDGES, OPERATIONS

_KERNELS = {"nor_conv_1x1": 1, "nor_conv_3x3": 3}
_RANGES = {**costs.RANGES, "channels": (1, 2048)}


def check_settings(**settings: Any) -> dict[str, int]:
    """Network settings as whole numbers in range."""
    return costs.check_halved(settings, _RANGES)


@lru_cache(maxsize=16)
def price_tables(
    classes: int, channels: int, cells: int, resolution: int
) -> tuple[costs.Costs, costs.Costs]:
    """What every network costs, ``(2,)``, and each operation adds, ``(6, 5, 2)``; read only."""
    stages = [(channels << stage, resolution >> stage) for stage in range(3)]
    fixed = costs.convolution(costs.IMAGE_CHANNELS, channels, 3, resolution)
    for wide, side in stages[1:]:
        narrow = wide // 2
        fixed = fixed + costs.convolution(narrow, wide, 3, side)
        fixed = fixed + costs.convolution(wide, wide, 3, side)
        # The shortcut's convolution has no norm, and the last norm no convolution.
        fixed = fixed + costs.convolution(narrow, wide, 1, side) - np.array([2 * wide, 0])
    width = stages[-1][0]
    fixed = fixed + costs.linear(width, classes) + np.array([2 * width, classes])
    prices = np.zeros((len(EDGES), len(OPERATIONS), 2), dtype=np.int64)
    for operation, kernel in _KERNELS.items():
        each = sum(costs.convolution(width, width, kernel, side) for width, side in stages)
        prices[:, OPERATIONS.index(operation)] = cells * each
    for table in (fixed, prices):
        table.flags.writeable = False
    return fixed, prices
