"""Running statistics of batch norms, measured anew for one path or network.

A supernet's running statistics are a mixture over all paths and fit none of them.

Source: single-path one-shot search (Guo et al., ECCV 2020, arXiv 1904.00420): statistics of a
path are measured on 200 batches of 128 training images before it is scored. Deviations: all
batches weigh the same, and images are neither shifted nor mirrored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from archscout._common.own_state import own_state
from archscout.errors import SettingsError
from archscout.images.augment import Augmentation, ChannelStatistics
from archscout.training._threads import threads


@own_state(one_thread=False)
def recalibrate(
    network: nn.Module,
    pixels: NDArray[np.uint8],
    statistics: ChannelStatistics,
    rng: np.random.Generator,
    path: NDArray[np.int8] | None = None,
    *,
    batch: int = 128,
    batches: int = 200,
) -> None:
    """Replace the running statistics of a network by those of some training images.

    Weights do not change. For a path of a supernet, `recalibrated` is the safer choice: it puts
    back what was there.

    Args:
        network: the network; its mode is as before afterwards.
        pixels: uint8 ``(n, side, side, 3)``, training images.
        statistics: what the training images were normalised by.
        rng: picks the images.
        path: ``(places, width)`` of a supernet; None for a single network.
        batch: images at a time; all batches are as equal as can be.
        batches: at most so many, fewer if the images do not suffice.

    Raises:
        SettingsError: if there are fewer than two images, or a number is out of range.
    """
    if len(pixels) < 2 or batch < 2 or batches < 1:
        raise SettingsError(
            f"got {len(pixels)} images, batch={batch} and batches={batches}, expected at least 2 "
            "images, 2 and 1"
        )
    rows = rng.permutation(len(pixels))[: batch * batches]
    plain = Augmentation(statistics, crop=0, flip=False)
    device = next(network.parameters()).device
    norms = _norms(network)
    rates = [norm.momentum for norm in norms]
    before = network.training
    network.train()
    try:
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # To PyTorch this means the mean over all batches.
        with torch.no_grad(), threads(1):
            for part in np.array_split(rows, min(-(-len(rows) // batch), len(rows) // 2)):
                images = plain(torch.from_numpy(pixels[part]).to(device))
                _ = network(images) if path is None else network(images, path)
    finally:
        for norm, rate in zip(norms, rates, strict=True):
            norm.momentum = rate
        network.train(before)


@contextmanager
def recalibrated(
    network: nn.Module,
    pixels: NDArray[np.uint8],
    statistics: ChannelStatistics,
    rng: np.random.Generator,
    path: NDArray[np.int8] | None = None,
    *,
    batch: int = 128,
    batches: int = 200,
) -> Iterator[nn.Module]:
    """Recalibrate inside the block, and put the statistics back afterwards.

    Args and errors are those of `recalibrate`.

    Examples:
        >>> network = nn.Sequential(nn.BatchNorm2d(3))
        >>> pixels = np.arange(4 * 48, dtype=np.uint8).reshape(4, 4, 4, 3)
        >>> statistics = ChannelStatistics((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        >>> with recalibrated(network, pixels, statistics, np.random.default_rng(0)):
        ...     inside = network[0].running_mean.tolist()
        >>> inside[0] > 0, network[0].running_mean.tolist()
        (True, [0.0, 0.0, 0.0])
    """
    buffers = [buffer for norm in _norms(network) for buffer in norm.buffers()]
    stored = [buffer.clone() for buffer in buffers]
    try:
        recalibrate(network, pixels, statistics, rng, path, batch=batch, batches=batches)
        yield network
    finally:
        for buffer, value in zip(buffers, stored, strict=True):
            buffer.copy_(value)


def _norms(network: nn.Module) -> list[_BatchNorm]:
    """Batch norms that keep running statistics."""
    found = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    return [norm for norm in found if norm.track_running_stats]
