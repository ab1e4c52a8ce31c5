"""The layer plan of NAS-Bench-Macro, and exact parameters and multiply-adds from tables.

The plan gives both columns of the published table in all of its 6,561 rows: parameters with
batch norms and the classifier's bias, and as ``flops`` the multiply-adds of convolutions and
the classifier without its bias, for one image of 32x32.

Source: NAS-Bench-Macro (Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082) and its
released table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from archscout.spaces._blocks import block_costs as costs

STAGES = (2, 3, 3)
"""Layers a stage; the first of each halves the resolution and doubles the channels."""

BLOCKS = ((3, 3), (5, 6))
"""(kernel, expansion) of the two convolution blocks, which have the option indices 1 and 2."""

SKIP = 0
LAST = 1280
"""Channels of the last convolution."""


@dataclass(frozen=True)
class Place:
    """Form of one layer: channels of input and output, stride."""

    inputs: int
    outputs: int
    stride: int


def places(channels: int) -> list[Place]:
    """Forms of the eight layers, in order, behind a stem of ``channels``."""
    listed = []
    for layers in STAGES:
        listed.append(Place(channels, 2 * channels, 2))
        channels *= 2
        listed += [Place(channels, channels, 1)] * (layers - 1)
    return listed


def block_of(choice: int, place: Place) -> dict[str, int] | None:
    """What makes the block of a place in a network; None for a skip within a stage.

    Where a stage starts, the skip is a 1x1 convolution, which has no expansion.
    """
    form = {"outputs": place.outputs, "stride": place.stride}
    if choice == SKIP:
        return None if place.stride == 1 else {"kernel": 1, **form}
    kernel, expansion = BLOCKS[choice - 1]
    return {"kernel": kernel, "expansion": expansion, **form}


def price_tables(channels: int, classes: int, resolution: int) -> tuple[costs.Costs, costs.Costs]:
    """What every network costs, ``(2,)``, and each option adds, ``(8, 3, 2)``; to be read only."""
    costs.check_whole({"channels": channels, "classes": classes, "resolution": resolution})
    return _price_tables(int(channels), int(classes), int(resolution))


@lru_cache(maxsize=16)
def _price_tables(channels: int, classes: int, resolution: int) -> tuple[costs.Costs, costs.Costs]:
    side = resolution
    fixed = costs.convolution(costs.IMAGE_CHANNELS, channels, 3, side)
    layout, prices = places(channels), []
    for place in layout:
        after = costs.after_stride(side, place.stride)
        skip = np.zeros(2, dtype=np.int64)
        if place.stride != 1:
            skip = costs.convolution(place.inputs, place.outputs, 1, after)
        form = {"stride": place.stride, "side": side}
        blocks = [
            costs.inverted_residual(place.inputs, place.outputs, kernel, expansion, **form)
            for kernel, expansion in BLOCKS
        ]
        prices.append([skip, *blocks])
        side = after
    fixed = fixed + costs.convolution(layout[-1].outputs, LAST, 1, side)
    fixed = fixed + costs.linear(LAST, classes)
    tables = fixed, np.array(prices, dtype=np.int64)
    for table in tables:
        table.flags.writeable = False
    return tables
