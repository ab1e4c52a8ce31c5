"""Widths of MobileNet networks, and their exact parameters and multiply-adds from tables.

Source: the layer plan of ProxylessNAS (Cai et al., ICLR 2019, arXiv 1812.00332) in the two
sets of widths that SemiNAS (arXiv 2002.10389) searches and trains with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from archscout.errors import SettingsError, listed, unknown_name
from archscout.spaces._blocks import block_costs as costs
from archscout.spaces._blocks.block_chain import BlockPlace, price_chain
from archscout.spaces.mobilenet._text import BLOCKS, SKIP, STAGES

STRIDES = (2, 2, 2, 1, 2, 1)
"""Stride of the first block of each stage."""

STEM_STRIDE = 2
_RANGE = (1, 4096)


@dataclass(frozen=True)
class Widths:
    """Channels of every part of the network.

    Args:
        stem: of the first convolution.
        first: of the fixed block behind it.
        stages: of the six stages.
        last: of the last convolution, which the classifier reads.

    Raises:
        SettingsError: if one is no whole number from 1 to 4096, or the stages are not six.

    Examples:
        >>> Widths(8, 8, (8, 8, 16, 16, 24, 24), 32).last
        32
    """

    stem: int
    first: int
    stages: tuple[int, ...]
    last: int

    def __post_init__(self) -> None:
        stages = self.stages
        if not isinstance(stages, tuple | list) or len(stages) != len(STAGES):
            raise SettingsError(f"got stages={stages!r}, expected six widths, one a stage")
        object.__setattr__(self, "stages", tuple(stages))  # Frozen, and to be hashed.
        named = {f"stages[{i}]": width for i, width in enumerate(stages)}
        named |= {"stem": self.stem, "first": self.first, "last": self.last}
        costs.check_whole(named, dict.fromkeys(named, _RANGE))


WIDTHS = {
    "final": Widths(40, 24, (32, 56, 112, 128, 256, 432), 1728),
    "search": Widths(32, 16, (24, 40, 80, 96, 192, 320), 1280),
}
"""The published widths: of the network trained in the end, and of the supernet of SemiNAS."""


def widths_of(widths: Widths | Mapping[str, Any] | str) -> Widths:
    """Published widths by name, or those given, also as a mapping."""
    if isinstance(widths, Widths):
        return widths
    if isinstance(widths, Mapping):
        names = [part.name for part in fields(Widths)]
        if sorted(widths) != sorted(names):
            raise SettingsError(
                f"got widths of {listed(sorted(widths)) or 'nothing'}, expected {listed(names)}"
            )
        return Widths(**widths)
    if not isinstance(widths, str):
        raise SettingsError(
            f"got widths={widths!r}, expected {' or '.join(map(repr, WIDTHS))} or Widths(...)"
        )
    if widths not in WIDTHS:
        raise unknown_name("set of widths", widths, WIDTHS)
    return WIDTHS[widths]


def places(widths: Widths) -> list[BlockPlace]:
    """Forms of the 21 searchable blocks, in order."""
    listed = []
    inputs = widths.first
    for blocks, outputs, stride in zip(STAGES, widths.stages, STRIDES, strict=True):
        for block in range(blocks):
            listed.append(BlockPlace(inputs, outputs, 1 if block else stride))
            inputs = outputs
    return listed


def block_of(choice: int, place: BlockPlace) -> dict[str, int] | None:
    """What makes the block of a place in a network; None for the skip."""
    return None if choice == SKIP else place.block(*BLOCKS[choice])


@lru_cache(maxsize=16)
def price_tables(widths: Widths, classes: int, resolution: int) -> tuple[costs.Costs, costs.Costs]:
    """What every network costs, ``(2,)``, and each block adds, ``(21, 7, 2)``; to be read only."""
    side = costs.after_stride(resolution, STEM_STRIDE)
    fixed = costs.convolution(costs.IMAGE_CHANNELS, widths.stem, 3, side)
    fixed = fixed + costs.inverted_residual(widths.stem, widths.first, 3, 1, stride=1, side=side)
    layout, end = places(widths), {"last": widths.last, "classes": classes}
    return price_chain(fixed, layout, SKIP + 1, block_of, side=side, **end)
