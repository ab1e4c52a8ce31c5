"""The supernet of MobileNet: 21 places with six MobileNetV2 blocks each, and skips.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834) and SemiNAS (Luo et al.,
NeurIPS 2020, arXiv 2002.10389), which train it along one path a step, drawn uniformly a block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import nn

from archscout._common.plain import plain
from archscout.spaces._blocks.block_costs import check_whole
from archscout.spaces._blocks.block_network import make_block
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces._blocks.chain_supernet import ChainSupernet
from archscout.spaces.base import Architecture
from archscout.spaces.mobilenet._costs import Widths, block_of, places, widths_of
from archscout.spaces.mobilenet._network import EPS, MobileNetNetwork
from archscout.spaces.mobilenet._text import POSITIONS, SKIP, STARTS
from archscout.spaces.mobilenet.space import MobileNet

_PARTS = ("stem", "first", "blocks", "last", "pool", "classifier")


@builds_drawn
def mobilenet_supernet(
    widths: Widths | Mapping[str, Any] | str = "final",
    classes: int = 1000,
    generator: torch.Generator | None = None,
) -> ChainSupernet:
    """Make the supernet of MobileNet.

    Args:
        widths: ``"final"``, which random-label search trains, ``"search"``, which SemiNAS
            trains, or `Widths <archscout.spaces.mobilenet._costs.Widths>`, also as a mapping.
        classes: outputs of the classifier.
        generator: draws the initial weights; None leaves them to PyTorch's own state.

    Raises:
        SettingsError: if a setting is out of range.
        UnknownNameError: if there are no widths of that name.

    Examples:
        >>> tiny = {"stem": 4, "first": 4, "stages": [4, 4, 4, 8, 8, 8], "last": 16}
        >>> mobilenet_supernet(tiny, classes=10).path_shape
        (21, 1)
    """
    check_whole({"classes": classes})
    channels = widths_of(widths)
    layout = places(channels)
    named: Any = widths if isinstance(widths, str) else plain(asdict(channels))
    space = MobileNet()
    # The shortest chain; its blocks are not used.
    shortest = tuple(0 if place in STARTS else SKIP for place in range(POSITIONS))
    return ChainSupernet(
        space,
        {"widths": named, "classes": int(classes)},
        alone=MobileNetNetwork(
            **space.network_arguments(Architecture(space.name, shortest), channels, classes)
        ),
        parts=_PARTS,
        make_block=lambda choice, place: make_block(
            layout[place].inputs, block_of(choice, layout[place]), activation=nn.ReLU6, eps=EPS
        ),
        build=lambda arch: space.build(arch, channels, int(classes)),
    )
