"""MobileNet: all that is known of the space."""

from __future__ import annotations

from archscout.spaces._plugin import SpacePlugin

PLUGIN = SpacePlugin(
    "mobilenet",
    f"{__name__}.space:MobileNet",
    "2.2e17 chains of 21 MobileNetV2 blocks: six forms of a block, or a skip",
    "Cai et al., ICLR 2019, arXiv 1812.00332; as in arXiv 2002.10389 and 2101.11834",
    supernet=f"{__name__}.supernet:mobilenet_supernet",
    supernet_summary="21 places with six MobileNetV2 blocks each, and skips",
    supernet_source="Zhang et al., Neural Architecture Search with Random Labels, arXiv 2101.11834",
    angle="archscout.spaces._blocks.chain_angle:make_vector",
    setting_types={"widths": f"{__name__}._costs:widths_of"},
    resolution=224,
    reduced={"widths": {"stem": 8, "first": 8, "stages": [8, 12, 16, 24, 32, 48], "last": 128}},
    trainings=f"{__name__}._trainings:TRAININGS",
    reduced_training="mobilenet-reduced",
    published=f"{__name__}._trainings:SUPERNET_SEARCH",
)
