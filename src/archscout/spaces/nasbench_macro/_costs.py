"""The layer plan of NAS-Bench-Macro, and exact parameters and multiply-adds from tables.

The plan gives both columns of the published table in all of its 6,561 rows: parameters with
batch norms and the classifier's bias, and as ``flops`` the multiply-adds of convolutions and
the classifier without its bias, for one image of 32x32.

Source: NAS-Bench-Macro (Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082) and its
released table.
"""

from __future__ import annotations

from functools import lru_cache

from archscout.spaces._blocks import block_costs as costs
from archscout.spaces._blocks.block_chain import BlockPlace, price_chain

STAGES = (2, 3, 3)
"""Layers a stage; the first of each halves the resolution and doubles the channels."""

BLOCKS = ((3, 3), (5, 6))
"""(kernel, expansion) of the two convolution blocks, which have the option indices 1 and 2."""

SKIP = 0
LAST = 1280
"""Channels of the last convolution."""


def places(channels: int) -> list[BlockPlace]:
    """Forms of the eight layers, in order, behind a stem of ``channels``."""
    listed = []
    for layers in STAGES:
        listed.append(BlockPlace(channels, 2 * channels, 2))
        channels *= 2
        listed += [BlockPlace(channels, channels, 1)] * (layers - 1)
    return listed


def block_of(choice: int, place: BlockPlace) -> dict[str, int] | None:
    """What makes the block of a place in a network; None for a skip within a stage.

    Where a stage starts, the skip is a 1x1 convolution, which has no expansion.
    """
    if choice == SKIP:
        return None if place.stride == 1 else place.block(1)
    return place.block(*BLOCKS[choice - 1])


@lru_cache(maxsize=16)
def price_tables(channels: int, classes: int, resolution: int) -> tuple[costs.Costs, costs.Costs]:
    """What every network costs, ``(2,)``, and each option adds, ``(8, 3, 2)``; to be read only."""
    fixed = costs.convolution(costs.IMAGE_CHANNELS, channels, 3, resolution)
    layout, end = places(channels), {"last": LAST, "classes": classes}
    return price_chain(fixed, layout, len(BLOCKS) + 1, block_of, side=resolution, **end)
