"""How often a network, or a path of a supernet, is right."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from archscout._common.own_state import own_state
from archscout.errors import SettingsError
from archscout.images.augment import Augmentation, ChannelStatistics
from archscout.training._threads import threads

BATCH = 256


@own_state(one_thread=False)
def predict_classes(
    network: nn.Module,
    pixels: NDArray[np.uint8],
    statistics: ChannelStatistics,
    path: NDArray[np.int8] | None = None,
    *,
    batch: int = BATCH,
) -> NDArray[np.int64]:
    """The most probable class of each image, by running statistics, in float32 on one thread.

    Args:
        network: the network; its mode is as before afterwards.
        pixels: uint8 ``(n, side, side, 3)``.
        statistics: what the training images were normalised by.
        path: ``(places, width)`` of a supernet; None for a single network.
        batch: images at a time; changes nothing but the speed.

    Returns:
        ``(n,)``.

    Examples:
        >>> statistics = ChannelStatistics((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
        >>> network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        >>> pixels = np.zeros((1, 4, 4, 3), dtype=np.uint8)
        >>> pixels[..., 2] = 9
        >>> predict_classes(network, pixels, statistics)
        array([2])
    """
    plain = Augmentation(statistics, crop=0, flip=False)
    before = network.training
    network.eval()
    weights = next(network.parameters(), None)
    device = torch.device("cpu") if weights is None else weights.device
    found = []
    with torch.inference_mode(), threads(1):
        for start in range(0, len(pixels), batch):
            images = plain(torch.from_numpy(pixels[start : start + batch]).to(device))
            logits = network(images) if path is None else network(images, path)
            found.append(logits.argmax(dim=1).cpu())
    network.train(before)
    classes: NDArray[np.int64] = torch.cat(found).numpy() if found else np.empty(0, np.int64)
    return classes


def accuracy(
    network: nn.Module,
    pixels: NDArray[np.uint8],
    targets: NDArray[np.int64],
    statistics: ChannelStatistics,
    path: NDArray[np.int8] | None = None,
) -> float:
    """Share of images whose class is found, in percent, higher is better.

    Args:
        network: see `predict_classes`.
        pixels: uint8 ``(n, side, side, 3)``.
        targets: ``(n,)``.
        statistics: what the training images were normalised by.
        path: ``(places, width)`` of a supernet; None for a single network.

    Raises:
        SettingsError: if there are no images, or not one target each.
    """
    if not len(pixels) or targets.shape != (len(pixels),):
        raise SettingsError(
            f"got {len(pixels)} images and targets {targets.shape}, expected one target each and "
            "at least one image"
        )
    found = predict_classes(network, pixels, statistics, path)
    return float(100 * np.mean(found == targets))
