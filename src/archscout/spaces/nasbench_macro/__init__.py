"""NAS-Bench-Macro: all that is known of the space."""

from __future__ import annotations

from archscout.plugins import Entry
from archscout.spaces._plugin import SpacePlugin

PLUGIN = SpacePlugin(
    "nasbench-macro",
    f"{__name__}.space:NASBenchMacro",
    "6,561 chains of eight layers: a skip or one of two MobileNetV2 blocks",
    "Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082",
    supernet=f"{__name__}.supernet:nasbench_macro_supernet",
    supernet_summary="eight places with two MobileNetV2 blocks and a skip each",
    supernet_source="Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082",
    # No vector was released; this one is made like that of MobileNet.
    angle="archscout.spaces._blocks.chain_angle:make_vector",
    benchmarks={
        "nasbench-macro": Entry(
            f"{__name__}.table:load_nasbench_macro",
            "all 6,561 NAS-Bench-Macro chains on cifar10, three runs, test accuracy only",
            "Su et al., CVPR 2021",
        )
    },
    reduced={"channels": 8},
    reduced_training="mobilenet-reduced",
    searches=("supernet",),
)
