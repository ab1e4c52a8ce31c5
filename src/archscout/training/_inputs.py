"""What the training loop reads: batches of images and their targets, checked once.

All images stay in memory as bytes; a batch is picked, shifted, mirrored and normalised at once,
which costs far less than a step of the smallest supernet, so there are no loading processes.
"""

from __future__ import annotations

import zlib
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout.errors import SettingsError
from archscout.images._images import Images
from archscout.images.augment import Augmentation, channel_statistics
from archscout.training.settings import TrainSettings

_CROP_SHARE = 8


@runtime_checkable
class EpochTargets(Protocol):
    """Targets that may differ between epochs, such as `archscout.supernets._random_labels`."""

    def targets(self, epoch: int) -> NDArray[np.int64]:
        """Targets ``(n,)`` of an epoch, counted from 0."""


def rng_of(seed: int, purpose: int, epoch: int) -> np.random.Generator:
    """The generator of one purpose in one epoch."""
    return np.random.default_rng([seed, purpose, epoch])


class Inputs:
    """Images, targets ``(n,)`` or what gives them by epoch, and their augmentation, checked."""

    def __init__(
        self,
        images: Images,
        targets: EpochTargets | NDArray[np.int64],
        settings: TrainSettings,
        device: torch.device,
    ) -> None:
        if len(images) < 2:
            raise SettingsError(f"got {len(images)} images, expected at least 2 to train on")
        self.pixels = torch.from_numpy(images.pixels).to(device)
        self._given, self.settings = targets, settings
        crop = images.side // _CROP_SHARE if settings.crop is None else settings.crop
        if crop > images.side:
            raise SettingsError(
                f"got crop={crop} for images of {images.side} pixels a side, expected at most that"
            )
        self.augmentation = Augmentation(
            channel_statistics(images.pixels), crop=crop, flip=settings.flip
        )
        self._generator = torch.Generator()
        self.targets(0)

    def batches(self, rng: np.random.Generator) -> list[Tensor]:
        """Row numbers of every batch of an epoch.

        Each image comes once. The batches are as equal as can be, so that the last one is never
        a few images, or a single one, that batch norms would take for typical.
        """
        count = len(self.pixels)
        # No batch of one image, even if that makes some larger than asked for.
        steps = max(1, min(-(-count // self.settings.batch), count // 2))
        order = torch.from_numpy(rng.permutation(count)).to(self.pixels.device)
        return list(torch.tensor_split(order, steps))

    def targets(self, epoch: int) -> Tensor:
        """Classes ``(n,)`` of an epoch."""
        found = self._given.targets(epoch) if isinstance(self._given, EpochTargets) else self._given
        found = np.asarray(found)
        if found.shape != (len(self.pixels),) or not np.issubdtype(found.dtype, np.integer):
            raise SettingsError(
                f"got targets {found.dtype} {found.shape} for {len(self.pixels)} images, expected "
                "one whole number each"
            )
        return torch.from_numpy(found.astype(np.int64)).to(self.pixels.device)

    def augmented(self, rows: Tensor, seed: int) -> Tensor:
        """A batch ``(n, 3, side, side)``, shifted and mirrored as the seed says."""
        self._generator.manual_seed(seed)
        return self.augmentation(self.pixels[rows], self._generator)

    def facts(self) -> dict[str, Any]:
        """Plain values that tell these inputs from others."""
        targets = self.targets(0).cpu().numpy()
        return {
            "images": list(self.pixels.shape),
            "pixels": zlib.crc32(np.ascontiguousarray(self.pixels.cpu().numpy()).data),
            "labels": zlib.crc32(targets.tobytes()),
        }
