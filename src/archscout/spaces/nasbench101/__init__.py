"""NAS-Bench-101: all that is known of the space."""

from __future__ import annotations

from archscout.plugins import Entry
from archscout.spaces._plugin import SpacePlugin

PLUGIN = SpacePlugin(
    "nasbench101",
    f"{__name__}.space:NASBench101",
    "423,624 image-classification cells of at most seven vertices and nine edges",
    "Ying et al., ICML 2019, arXiv 1902.09635",
    noun="cell",
    benchmarks={
        "nasbench101": Entry(
            f"{__name__}.table:load_nasbench101",
            "all 423,624 NAS-Bench-101 cells on cifar10, three runs, from the official file",
            "Ying et al., ICML 2019",
        ),
        "nasbench101-measured": Entry(
            f"{__name__}.table_csv:load_nasbench101_measured",
            "20,001 NAS-Bench-101 cells drawn uniformly, one run each of 4 to 108 epochs",
            "Ying et al., ICML 2019",
        ),
        "nasbench101-small": Entry(
            f"{__name__}.table_csv:load_nasbench101_small",
            "all NAS-Bench-101 cells of at most 3 or 4 vertices, trained anew three times",
            "Ying et al., ICML 2019, for the cells and the training",
        ),
    },
)
