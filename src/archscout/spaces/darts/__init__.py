"""DARTS: all that is known of the space."""

from __future__ import annotations

from archscout.spaces._plugin import SpacePlugin

PLUGIN = SpacePlugin(
    "darts",
    f"{__name__}.space:DARTS",
    "1.1e18 pairs of a normal and a reduce cell: four nodes, two inputs each",
    "Liu et al., ICLR 2019, arXiv 1806.09055; as in arXiv 2101.11834",
    supernet=f"{__name__}._supernet:DARTSSupernet",
    supernet_summary="cells with seven operations on all 14 edges",
    supernet_source="Zhang et al., Neural Architecture Search with Random Labels, arXiv 2101.11834",
    angle=f"{__name__}._angle:make_vector",
    network_for=f"{__name__}._costs:network_for",
    resolution=f"{__name__}._costs:resolution_of",
    reduced={"network": "cifar", "channels": 4, "cells": 3},
    trainings=f"{__name__}._trainings:TRAININGS",
    reduced_training="darts-reduced",
    searches=("unlabeled",),
)
