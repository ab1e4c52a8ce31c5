"""Exact parameters and multiply-adds of NAS-Bench-201 networks, for whole batches at once.

Both add up over edges: a network costs what its fixed parts cost plus what each convolution
edge costs, whether or not a path to the output uses that edge.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.arguments import whole
from archscout.errors import SettingsError
from archscout.spaces.nasbench201.cell import OPERATIONS

IMAGE_CHANNELS = 3
_TAPS = {"nor_conv_1x1": 1, "nor_conv_3x3": 9}
_LARGEST = {"classes": 1_000_000, "channels": 2048, "cells": 256, "resolution": 2048}


def check_settings(**settings: Any) -> None:
    """Check that network settings are whole numbers in range."""
    for name, value in settings.items():
        whole(value, name, 1, _LARGEST[name])
        if name == "resolution" and value % 4:
            raise SettingsError(
                f"got resolution={value}, expected a multiple of 4: the network halves it twice"
            )


def count_params(
    choices: NDArray[np.integer[Any]], classes: int = 10, channels: int = 16, cells: int = 5
) -> NDArray[np.int64]:
    """Trainable parameters ``(n,)``, with batch norms and dead edges, of choices ``(n, 6)``."""
    check_settings(classes=classes, channels=channels, cells=cells)
    widths = _widths(channels)
    fixed = 9 * IMAGE_CHANNELS * widths[0] + 2 * widths[0]
    for narrow, wide in itertools.pairwise(widths):
        fixed += 9 * narrow * wide + 9 * wide * wide + 2 * 2 * wide + narrow * wide
    fixed += 2 * widths[-1] + (widths[-1] + 1) * int(classes)
    edge = {
        operation: int(cells) * sum(taps * w * w + 2 * w for w in widths)
        for operation, taps in _TAPS.items()
    }
    return _add_edges(choices, fixed, edge)


def count_macs(
    choices: NDArray[np.integer[Any]],
    classes: int = 10,
    channels: int = 16,
    cells: int = 5,
    resolution: int = 32,
) -> NDArray[np.int64]:
    """Multiply-adds ``(n,)`` of convolutions and classifier for one image, of choices ``(n, 6)``.

    The classifier's bias counts as one for each class, as in the published table; batch norms,
    pooling and sums do not count.
    """
    check_settings(classes=classes, channels=channels, cells=cells, resolution=resolution)
    widths = _widths(channels)
    pixels = [(int(resolution) >> stage) ** 2 for stage in range(3)]
    fixed = 9 * IMAGE_CHANNELS * widths[0] * pixels[0]
    for narrow, wide, area in zip(widths[:-1], widths[1:], pixels[1:], strict=True):
        fixed += (9 * narrow * wide + 9 * wide * wide + narrow * wide) * area
    fixed += (widths[-1] + 1) * int(classes)
    edge = {
        operation: int(cells) * sum(taps * w * w * a for w, a in zip(widths, pixels, strict=True))
        for operation, taps in _TAPS.items()
    }
    return _add_edges(choices, fixed, edge)


def _widths(channels: int) -> list[int]:
    return [int(channels), 2 * int(channels), 4 * int(channels)]


def _add_edges(
    choices: NDArray[np.integer[Any]], fixed: int, edge: dict[str, int]
) -> NDArray[np.int64]:
    price = np.array([edge.get(operation, 0) for operation in OPERATIONS], dtype=np.int64)
    total: NDArray[np.int64] = fixed + price[choices].sum(axis=1)
    return total
