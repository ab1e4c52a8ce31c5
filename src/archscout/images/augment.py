"""Batches for training: normalised, each image shifted and mirrored on its own.

Source: random crop after padding with four black pixels, and horizontal flips, as for CIFAR-10
in He et al., CVPR 2016, arXiv 1512.03385, section 4.2. Deviation: no loop over images; one
gather takes all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from archscout._common.arguments import whole
from archscout.errors import SettingsError

_CHUNK = 2**20


@dataclass(frozen=True)
class ChannelStatistics:
    """Mean and standard deviation of red, green and blue, of values from 0 to 1."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def channel_statistics(pixels: NDArray[np.uint8]) -> ChannelStatistics:
    """Mean and standard deviation of each channel; exact, whatever the order of the images.

    Args:
        pixels: uint8 ``(n, h, w, 3)``.

    Returns:
        Of values from 0 to 1. A channel that is the same everywhere gets the deviation 1.

    Raises:
        SettingsError: if there are no pixels, or they are of another form.

    Examples:
        >>> half = np.zeros((2, 4, 4, 3), dtype=np.uint8)
        >>> half[0] = 255
        >>> channel_statistics(half)
        ChannelStatistics(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[3] != 3 or pixels.size == 0:
        raise SettingsError(
            f"got {pixels.dtype} {pixels.shape}, expected pixels uint8 (n, h, w, 3)"
        )
    flat = pixels.reshape(-1, 3)
    counts = np.zeros((3, 256), dtype=np.int64)
    for start in range(0, len(flat), _CHUNK):
        chunk = flat[start : start + _CHUNK]
        for channel in range(3):
            counts[channel] += np.bincount(chunk[:, channel], minlength=256)
    values = np.arange(256) / 255
    mean = counts @ values / len(flat)
    variance = np.array(
        [counts[channel] @ (values - mean[channel]) ** 2 / len(flat) for channel in range(3)]
    )
    std = np.where(variance > 0, np.sqrt(variance), 1.0)
    red, green, blue = (float(value) for value in mean)
    return ChannelStatistics((red, green, blue), (float(std[0]), float(std[1]), float(std[2])))


class Augmentation:
    """Turns bytes into normalised batches, shifted and mirrored at random.

    Args:
        statistics: what to normalise by, from `channel_statistics` of the training images.
        crop: an image is shifted by up to so many pixels each way; black comes in at the edge.
        flip: whether each image is mirrored with probability one half.

    Raises:
        SettingsError: if ``crop`` is negative.

    Examples:
        >>> pixels = np.full((5, 8, 8, 3), 255, dtype=np.uint8)
        >>> plain = Augmentation(channel_statistics(pixels), crop=0, flip=False)
        >>> plain(torch.from_numpy(pixels)).shape
        torch.Size([5, 3, 8, 8])
    """

    def __init__(self, statistics: ChannelStatistics, *, crop: int = 4, flip: bool = True) -> None:
        self.statistics, self.crop, self.flip = statistics, whole(crop, "crop", 0), flip
        # (byte / 255 - mean) / std in one multiplication and one sum.
        std = torch.tensor(statistics.std, dtype=torch.float64)
        self._scale = (1 / (255 * std)).float()
        self._shift = (-torch.tensor(statistics.mean, dtype=torch.float64) / std).float()

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Make a batch.

        Args:
            images: uint8 ``(n, h, w, 3)``, as `Images.pixels` are, or ``(n, 3, h, w)``.
            generator: what shifts and mirrorings are drawn from; only crop 0 without flip needs
                none.

        Returns:
            float32 ``(n, 3, h, w)`` in channels-last memory, on the device of the images.

        Raises:
            SettingsError: if the images are of another form, or a generator is needed.
        """
        images = _channels_last(images)
        if self.crop or self.flip:
            if generator is None:
                raise SettingsError("crop and flip draw at random: pass a torch.Generator")
            images = self._moved(images, generator)
        scale, shift = (part.to(images.device) for part in (self._scale, self._shift))
        return torch.addcmul(shift, images.float(), scale).permute(0, 3, 1, 2)

    def _moved(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Shift and mirror each image ``(n, h, w, 3)`` by one gather of pixels."""
        n, height, width, _ = images.shape
        # Both are drawn even if unused, so that a switch does not move the other's numbers.
        shifts = _whole(2 * self.crop + 1, (2, n, 1), generator).to(images.device)
        flips = _whole(2, (n, 1), generator).to(images.device)
        columns = torch.arange(width, device=images.device).expand(n, width)
        if self.flip:
            columns = torch.where(flips.bool(), width - 1 - columns, columns)
        rows = torch.arange(height, device=images.device) + shifts[0]
        columns = columns + shifts[1]
        padded = pad(images, (0, 0, self.crop, self.crop, self.crop, self.crop))
        numbers = torch.arange(n, device=images.device)[:, None, None]
        return padded[numbers, rows[:, :, None], columns[:, None, :]]


def _whole(end: int, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Whole numbers from 0 to ``end - 1``, drawn where the generator lives."""
    return torch.randint(0, end, shape, generator=generator, device=generator.device)


def _channels_last(images: Tensor) -> Tensor:
    """``(n, h, w, 3)`` of either form."""
    if images.dtype == torch.uint8 and images.dim() == 4:
        first, last = images.shape[1] == 3, images.shape[3] == 3
        if first != last:
            return images if last else images.permute(0, 2, 3, 1)
    raise SettingsError(
        f"got images {images.dtype} {tuple(images.shape)}, expected uint8 (n, h, w, 3) or "
        "(n, 3, h, w)"
    )
