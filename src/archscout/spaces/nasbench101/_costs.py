"""Exact parameters and multiply-adds of NAS-Bench-101 networks, for whole batches at once.

The network is a stem, three stacks of equal cells with a halving of the resolution and a
doubling of the channels before the second and the third, global pooling and a classifier.
Inside a cell the channels of the output are shared out among the vertices that feed it.

Source: NAS-Bench-101 (Ying et al., ICML 2019, arXiv 1902.09635), section 2 and supplement S.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.spaces._blocks.block_costs import (
    IMAGE_CHANNELS,
    RANGES,
    check_halved,
    convolution,
    linear,
)
from archscout.spaces.nasbench101._cell import EDGES, INNER, OPERATIONS, VERTICES, edge_place

STACKS = 3
_TAPS = {"conv1x1-bn-relu": 1, "conv3x3-bn-relu": 9}
# five vertices may share the output's channels, and each needs one
_RANGES = {**RANGES, "channels": (INNER, 2048), "resolution": (4, 2048)}


def check_settings(**settings: Any) -> dict[str, int]:
    """Network settings as whole numbers in range."""
    return check_halved(settings, _RANGES)


def vertex_channels(
    choices: NDArray[np.integer[Any]], inputs: int, outputs: int
) -> NDArray[np.int64]:
    """Channels ``(n, 7)`` of every vertex of pruned cells ``(n, 26)``, 0 for absent ones.

    The vertices that feed the output divide its channels, the first ones taking what is left
    over; any other vertex has as many as the widest vertex that it feeds.
    """
    last = VERTICES - 1
    channels = np.zeros((len(choices), VERTICES), dtype=np.int64)
    channels[:, 0], channels[:, last] = inputs, outputs
    feeding = choices[:, [edge_place(v, last) for v in range(1, last)]].astype(np.int64)
    count = np.maximum(feeding.sum(axis=1), 1)[:, None]
    extra = np.cumsum(feeding, axis=1) <= outputs % count
    channels[:, 1:last] = feeding * (outputs // count + extra)
    for vertex in range(last - 2, 0, -1):
        widest = np.zeros(len(choices), dtype=np.int64)
        for target in range(vertex + 1, last):
            fed = choices[:, edge_place(vertex, target)] * channels[:, target]
            widest = np.maximum(widest, fed)
        channels[:, vertex] = np.where(feeding[:, vertex - 1], channels[:, vertex], widest)
    return channels


def widths_of_cells(
    choices: NDArray[np.integer[Any]], channels: int, cells: int
) -> list[list[int]]:
    """Channels of the seven vertices of every cell of the network of a pruned cell ``(1, 26)``."""
    widths: list[list[int]] = []
    for _, inputs, outputs, count in _kinds_of_cells(channels, cells):
        widths += [vertex_channels(choices, inputs, outputs)[0].tolist()] * count
    return widths


def count_costs(
    choices: NDArray[np.integer[Any]], classes: int, channels: int, cells: int, resolution: int
) -> NDArray[np.int64]:
    """Trainable parameters and multiply-adds ``(n, 2)`` of networks of pruned cells ``(n, 26)``."""
    fixed = convolution(IMAGE_CHANNELS, channels, 3, resolution)
    fixed = fixed + linear(channels << STACKS - 1, classes)
    total = np.tile(fixed, (len(choices), 1))
    for stack, inputs, outputs, count in _kinds_of_cells(channels, cells):
        weights, norms = _weights(choices, inputs, outputs)
        macs = weights * (resolution >> stack) ** 2
        total += count * np.stack([weights + norms, macs], axis=1)
    return total


def _kinds_of_cells(channels: int, cells: int) -> Iterator[tuple[int, int, int, int]]:
    """Stack, input channels, output channels and number of the cells of each kind."""
    for stack in range(STACKS):
        outputs = channels << stack
        if stack == 0:
            yield stack, outputs, outputs, cells
        else:
            yield stack, outputs // 2, outputs, 1
            yield stack, outputs, outputs, cells - 1


def _weights(
    choices: NDArray[np.integer[Any]], inputs: int, outputs: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Weights of a cell's convolutions and of their batch norms, ``(n,)`` each."""
    channels = vertex_channels(choices, inputs, outputs)
    taps = np.array([_TAPS.get(operation, 0) for operation in OPERATIONS], dtype=np.int64)
    inner = channels[:, 1:-1]
    kernel = taps[choices[:, len(EDGES) :]]
    weights = (kernel * inner**2).sum(axis=1)
    norms = (2 * (kernel > 0) * inner).sum(axis=1)
    for target in range(1, VERTICES):
        # the input enters a vertex through a convolution of its own
        projected = choices[:, edge_place(0, target)] * channels[:, target]
        weights += inputs * projected
        norms += 2 * projected
    return weights, norms
