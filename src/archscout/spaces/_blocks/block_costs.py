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

IMAGE_CHANNELS = 3
LARGEST = {"classes": 1_000_000, "channels": 4096, "cells": 256, "resolution": 2048}

Costs = NDArray[np.int64]


def check_whole(settings: Mapping[str, Any], limits: Mapping[str, int] = LARGEST) -> None:
    """Check that network settings are whole numbers from 1 to their limits.

    Raises:
        SettingsError: if one is not.

    Examples:
        >>> check_whole({"classes": 10, "resolution": 32})
    """
    for name, value in settings.items():
        whole(value, name, 1, limits[name])


def after_stride(side: int, stride: int) -> int:
    """Side of the features behind a convolution of odd kernel, padded by half of it.

    Examples:
        >>> after_stride(7, 2), after_stride(7, 1)
        (4, 7)
    """
    return -(-side // stride)


def convolution(inputs: int, outputs: int, kernel: int, side: int, groups: int = 1) -> Costs:
    """A convolution without bias and its batch norm, whose output is ``side`` wide and high.

    Examples:
        >>> convolution(3, 8, 3, side=16)
        array([  232, 55296])
    """
    weights = kernel * kernel * (inputs // groups) * outputs
    return np.array([weights + 2 * outputs, weights * side * side], dtype=np.int64)


def linear(inputs: int, outputs: int) -> Costs:
    """A linear layer with bias; adding the bias is no multiply-add.

    Examples:
        >>> linear(8, 10)
        array([90, 80])
    """
    return np.array([(inputs + 1) * outputs, inputs * outputs], dtype=np.int64)


def inverted_residual(
    inputs: int, outputs: int, kernel: int, expansion: int, *, stride: int, side: int
) -> Costs:
    """A MobileNetV2 block whose input is ``side`` wide and high.

    An expansion of 1 has no first convolution.

    Examples:
        >>> inverted_residual(64, 64, kernel=3, expansion=3, stride=1, side=16)
        array([  27200, 6733824])
    """
    hidden, out = expansion * inputs, after_stride(side, stride)
    costs = convolution(hidden, hidden, kernel, out, groups=hidden)
    costs = costs + convolution(hidden, outputs, 1, out)
    return costs if expansion == 1 else costs + convolution(inputs, hidden, 1, side)


def add_up(choices: NDArray[np.integer[Any]], fixed: Costs, prices: Costs) -> NDArray[np.int64]:
    """Costs of architectures whose decisions add up.

    Args:
        choices: ``(n, positions)`` option indices.
        fixed: ``(2,)`` what every network costs.
        prices: ``(positions, options, 2)`` what each option adds; rows of options that a
            position does not have are never read.

    Returns:
        ``(n, 2)``.

    Examples:
        >>> prices = np.arange(8).reshape(2, 2, 2)
        >>> add_up(np.array([[0, 1], [1, 1]]), np.array([100, 200]), prices).tolist()
        [[106, 208], [108, 210]]
    """
    positions = np.arange(prices.shape[0])
    total: NDArray[np.int64] = fixed + prices[positions, choices].sum(axis=1)
    return total
