"""The supernet of NAS-Bench-Macro: eight places with two MobileNetV2 blocks and a skip each.

Source: the space of NAS-Bench-Macro (Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082),
trained along one path a step, drawn uniformly a layer.
"""

from __future__ import annotations

import torch
from torch import nn

from archscout.spaces._blocks.block_costs import check_whole
from archscout.spaces._blocks.block_network import make_block
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces._blocks.chain_supernet import ChainSupernet
from archscout.spaces.nasbench_macro._costs import SKIP, block_of, places
from archscout.spaces.nasbench_macro._network import NASBenchMacroNetwork
from archscout.spaces.nasbench_macro.space import NASBenchMacro

_PARTS = ("stem", "blocks", "last", "pool", "classifier")


@builds_drawn
def nasbench_macro_supernet(
    classes: int = 10, channels: int = 32, generator: torch.Generator | None = None
) -> ChainSupernet:
    """Make the supernet of NAS-Bench-Macro.

    Args:
        classes: outputs of the classifier.
        channels: channels of the stem; the stages have two, four and eight times as many.
        generator: draws the initial weights; None leaves them to PyTorch's own state.

    Raises:
        SettingsError: if a setting is out of range.

    Examples:
        >>> nasbench_macro_supernet(channels=4).path_shape
        (8, 1)
    """
    sizes = check_whole({"classes": classes, "channels": channels})
    layout = places(sizes["channels"])
    space = NASBenchMacro()
    return ChainSupernet(
        space,
        dict(sizes),
        alone=NASBenchMacroNetwork(
            **space.network_arguments(space.parse(str(SKIP) * len(layout)), **sizes)
        ),
        parts=_PARTS,
        make_block=lambda choice, place: make_block(
            layout[place].inputs, block_of(choice, layout[place]), activation=nn.ReLU
        ),
        build=lambda arch: space.build(arch, sizes["classes"], sizes["channels"]),
    )
