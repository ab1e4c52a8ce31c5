"""The two networks of DARTS cells, and their exact parameters and multiply-adds from tables.

Source: DARTS (Liu et al., ICLR 2019, arXiv 1806.09055): its evaluation networks for CIFAR-10
and ImageNet, without the auxiliary head that only training uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from archscout.errors import SettingsError, unknown_name
from archscout.spaces._blocks import block_costs as costs
from archscout.spaces.darts._cell import CELLS, EDGES, INPUTS, NODES, OPERATIONS

KERNELS = {"sep_conv_3x3": 3, "sep_conv_5x5": 5, "dil_conv_3x3": 3, "dil_conv_5x5": 5}
"""Kernels of the operations that are convolutions."""

CIFAR_STEM = 3
"""How many times wider than the first cells the stem of the CIFAR network is."""


@dataclass(frozen=True)
class Layout:
    """Size of a network.

    Args:
        network: ``"imagenet"``, whose stem divides the resolution by 8, or ``"cifar"``, whose
            stem keeps it.
        channels: channels of a node in the first cells; they double in each reduce cell.
        cells: number of cells; those at one and at two thirds are reduce cells.
        classes: outputs of the classifier.
        resolution: height and width of the image.
    """

    network: str
    channels: int
    cells: int
    classes: int
    resolution: int


NETWORKS = {
    "imagenet": Layout("imagenet", channels=48, cells=14, classes=1000, resolution=224),
    "cifar": Layout("cifar", channels=36, cells=20, classes=10, resolution=32),
}
"""The published networks."""

# Images up to this size get the small network.
_SMALL = 64
# The resolution must be even before each part that halves it.
_MULTIPLES = {"imagenet": 32, "cifar": 4}


@dataclass(frozen=True)
class CellPlace:
    """One cell of a network: its kind, channels of its inputs and nodes, side of its input.

    Args:
        reduction: whether it is a reduce cell, which halves the side.
        before: channels of inputs 0 and 1.
        shrinks: whether input 0 is twice as wide and high as input 1.
        channels: channels of a node.
        side: height and width of input 1.
    """

    reduction: bool
    before: tuple[int, int]
    shrinks: bool
    channels: int
    side: int


def layout_of(
    network: str,
    channels: int | None = None,
    cells: int | None = None,
    classes: int | None = None,
    resolution: int | None = None,
) -> Layout:
    """A published network with some sizes changed; None leaves one as it is."""
    if network not in NETWORKS:
        raise unknown_name("network of DARTS cells", str(network), NETWORKS)
    given = {"channels": channels, "cells": cells, "classes": classes, "resolution": resolution}
    sizes = {k: getattr(NETWORKS[network], k) if v is None else v for k, v in given.items()}
    costs.check_whole(sizes)
    multiples = {"channels": 2, "resolution": _MULTIPLES[network]}
    for name, multiple in multiples.items():
        if sizes[name] % multiple:
            raise SettingsError(
                f"got {name}={sizes[name]}, expected a multiple of {multiple} in the {network} "
                "network of DARTS cells"
            )
    return Layout(network, **{name: int(size) for name, size in sizes.items()})


def network_for(settings: Mapping[str, Any], resolution: int) -> dict[str, Any]:
    """Settings with the network that suits images of a height and width, unless they name one."""
    usual = "cifar" if resolution <= _SMALL else "imagenet"
    return {**settings, "network": settings.get("network", usual)}


def resolution_of(settings: Mapping[str, Any]) -> int:
    """Height and width of images that the network of some settings is made for."""
    return layout_of(settings.get("network", "imagenet")).resolution


def places(layout: Layout) -> list[CellPlace]:
    """Forms of the cells, in order."""
    imagenet = layout.network == "imagenet"
    side = layout.resolution // 8 if imagenet else layout.resolution
    stem = layout.channels if imagenet else CIFAR_STEM * layout.channels
    before, shrinks, channels = (stem, stem), imagenet, layout.channels
    listed = []
    for cell in range(layout.cells):
        reduction = cell in (layout.cells // 3, 2 * layout.cells // 3)
        channels = 2 * channels if reduction else channels
        listed.append(CellPlace(reduction, before, shrinks, channels, side))
        before, shrinks = (before[1], len(NODES) * channels), reduction
        side = side // 2 if reduction else side
    return listed


@lru_cache(maxsize=32)
def price_tables(layout: Layout) -> tuple[costs.Costs, costs.Costs]:
    """What every network costs, ``(2,)``, and what each operation on an edge adds, ``(28, 8, 2)``.

    Both are parameters and multiply-adds, to be read only; the edges are 14 of the normal and 14
    of the reduce cell.
    """
    fixed = _stem(layout)
    prices = np.zeros((len(CELLS) * len(EDGES), len(OPERATIONS), 2), dtype=np.int64)
    listed = places(layout)
    for place in listed:
        for channels in place.before:
            fixed = fixed + costs.convolution(channels, place.channels, 1, place.side)
        out = place.side // 2 if place.reduction else place.side
        first = len(EDGES) if place.reduction else 0
        for edge, (source, _) in enumerate(EDGES):
            strided = place.reduction and source < INPUTS
            for index, operation in enumerate(OPERATIONS):
                prices[first + edge, index] += _operation(operation, place.channels, out, strided)
    fixed = fixed + costs.linear(len(NODES) * listed[-1].channels, layout.classes)
    for table in (fixed, prices):
        table.flags.writeable = False
    return fixed, prices


def _stem(layout: Layout) -> costs.Costs:
    channels, side = layout.channels, layout.resolution
    if layout.network == "cifar":
        return costs.convolution(costs.IMAGE_CHANNELS, CIFAR_STEM * channels, 3, side)
    first = costs.convolution(costs.IMAGE_CHANNELS, channels // 2, 3, side // 2)
    second = costs.convolution(channels // 2, channels, 3, side // 4)
    return first + second + costs.convolution(channels, channels, 3, side // 8)


def _operation(operation: str, channels: int, out: int, strided: bool) -> costs.Costs:
    """Cost of one operation whose output is ``out`` wide and high."""
    if operation in KERNELS:
        weights = KERNELS[operation] ** 2 * channels + channels * channels
        one = np.array([weights + 2 * channels, weights * out * out], dtype=np.int64)
        return 2 * one if operation.startswith("sep") else one
    if operation == "skip_connect" and strided:
        return costs.convolution(channels, channels, 1, out)
    return np.zeros(2, dtype=np.int64)
