"""Parameters and multiply-adds of the layers that networks of blocks are made of.

Every function gives ``(2,)`` int64: trainable parameters, batch norms included, and
multiply-adds of convolutions and linear layers for one image. They add up over layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.arguments import whole
from archscout.errors import SettingsError

IMAGE_CHANNELS = 3
RANGES = {
    "classes": (1, 1_000_000),
    "channels": (1, 4096),
    "cells": (1, 256),
    "resolution": (1, 2048),
}

Costs = NDArray[np.int64]


def check_whole(
    settings: Mapping[str, Any], ranges: Mapping[str, tuple[int, int]] = RANGES
) -> dict[str, int]:
    """Network settings as whole numbers; raises `SettingsError` if one is none, or out of range."""
    return {name: whole(value, name, *ranges[name]) for name, value in settings.items()}


def check_halved(
    settings: Mapping[str, Any], ranges: Mapping[str, tuple[int, int]]
) -> dict[str, int]:
    """`check_whole` for networks that halve the resolution twice."""
    read = check_whole(settings, ranges)
    if read.get("resolution", 0) % 4:
        raise SettingsError(
            f"got resolution={settings['resolution']}, expected a multiple of 4: the network "
            "halves it twice"
        )
    return read


def after_stride(side: int, stride: int) -> int:
    """Side of the features behind a convolution of odd kernel, padded by half of it."""
    return -(-side // stride)


def convolution(inputs: int, outputs: int, kernel: int, side: int, groups: int = 1) -> Costs:
    """A convolution without bias and its batch norm, whose output is ``side`` wide and high."""
    weights = kernel * kernel * (inputs // groups) * outputs
    return np.array([weights + 2 * outputs, weights * side * side], dtype=np.int64)


def linear(inputs: int, outputs: int) -> Costs:
    """A linear layer with bias; adding the bias is no multiply-add."""
    return np.array([(inputs + 1) * outputs, inputs * outputs], dtype=np.int64)


def inverted_residual(
    inputs: int, outputs: int, kernel: int, expansion: int, *, stride: int, side: int
) -> Costs:
    """A MobileNetV2 block whose input is ``side`` wide and high.

    An expansion of 1 has no first convolution.
    """
    hidden, out = expansion * inputs, after_stride(side, stride)
    costs = convolution(hidden, hidden, kernel, out, groups=hidden)
    costs = costs + convolution(hidden, outputs, 1, out)
    return costs if expansion == 1 else costs + convolution(inputs, hidden, 1, side)


def add_up(choices: NDArray[np.integer[Any]], fixed: Costs, prices: Costs) -> NDArray[np.int64]:
    """Costs ``(n, 2)`` of choices ``(n, positions)`` whose decisions add up.

    ``fixed`` ``(2,)`` is what every network costs, ``prices`` ``(positions, options, 2)`` what each
    option adds; rows of options that a position does not have are never read.
    """
    positions = np.arange(prices.shape[0])
    total: NDArray[np.int64] = fixed + prices[positions, choices].sum(axis=1)
    return total
