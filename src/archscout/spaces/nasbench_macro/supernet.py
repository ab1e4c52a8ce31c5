"""The supernet of NAS-Bench-Macro: eight places with two MobileNetV2 blocks and a skip each.

Source: the space of NAS-Bench-Macro (Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082),
trained along one path a step, drawn uniformly a layer.
"""

from __future__ import annotations

import torch

from archscout.spaces._blocks.block_costs import check_whole
from archscout.spaces._blocks.building import builds
from archscout.spaces._blocks.chain_supernet import ChainSupernet
from archscout.spaces._blocks.initial_weights import draw_weights
from archscout.spaces.nasbench_macro.costs import SKIP, places
from archscout.spaces.nasbench_macro.network import NASBenchMacroNetwork, make_block
from archscout.spaces.nasbench_macro.space import NASBenchMacro

_PARTS = ("stem", "blocks", "last", "pool", "classifier")


@builds
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
    check_whole({"classes": classes, "channels": channels})
    layout = places(int(channels))
    space = NASBenchMacro()
    supernet = ChainSupernet(
        space,
        {"classes": int(classes), "channels": int(channels)},
        alone=NASBenchMacroNetwork([SKIP] * len(layout), int(classes), int(channels)),
        parts=_PARTS,
        make_block=lambda choice, place: make_block(choice, layout[place]),
        build=lambda arch: space.build(arch, classes=int(classes), channels=int(channels)),
    )
    if generator is not None:
        draw_weights(supernet, generator)
    return supernet
