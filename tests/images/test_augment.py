"""Batches: values, shifts and mirrorings against a loop over images, repeatable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from archscout.errors import SettingsError
from archscout.images import Augmentation, channel_statistics

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 8, 8, 3), dtype=np.uint8)
STATISTICS = channel_statistics(PIXELS)


def batch(augmentation: Augmentation, seed: int = 0, pixels: Any = PIXELS) -> torch.Tensor:
    return augmentation(torch.from_numpy(pixels), torch.Generator().manual_seed(seed))


def normalised(pixels: Any) -> np.ndarray[Any, Any]:
    return (pixels / 255 - np.array(STATISTICS.mean)) / np.array(STATISTICS.std)


def test_statistics_are_those_of_numpy() -> None:
    pixels = np.random.default_rng(1).integers(0, 90, (700, 50, 50, 3), dtype=np.uint8)
    pixels[..., 2] = 7
    found = channel_statistics(pixels)
    values = pixels / 255
    assert np.allclose(found.mean, values.mean((0, 1, 2)), rtol=1e-12)
    assert np.allclose(found.std[:2], values.std((0, 1, 2))[:2], rtol=1e-12)
    # A channel without spread is not blown up.
    assert found.std[2] == 1
    assert channel_statistics(pixels[::-1]) == found


def test_evaluation_only_normalises() -> None:
    plain = Augmentation(STATISTICS, crop=0, flip=False)
    made = plain(torch.from_numpy(PIXELS))
    assert made.dtype == torch.float32
    assert made.shape == (40, 3, 8, 8)
    assert np.allclose(made.permute(0, 2, 3, 1), normalised(PIXELS), atol=1e-5)
    assert abs(float(made.mean())) < 1e-5
    assert float(made.std()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("crop", [0, 3])
@pytest.mark.parametrize("flip", [False, True])
def test_batches_are_channels_last_and_both_forms_agree(crop: int, flip: bool) -> None:
    augmentation = Augmentation(STATISTICS, crop=crop, flip=flip)
    made = batch(augmentation)
    assert made.is_contiguous(memory_format=torch.channels_last)
    first = batch(augmentation, pixels=np.ascontiguousarray(np.moveaxis(PIXELS, 3, 1)))
    assert torch.equal(made, first)
    assert torch.equal(made, batch(augmentation))
    if crop or flip:
        assert not torch.equal(made, batch(augmentation, seed=1))


def test_each_image_is_a_window_of_its_own() -> None:
    crop = 2
    made = batch(Augmentation(STATISTICS, crop=crop)).permute(0, 2, 3, 1).numpy()
    found = set()
    for image, result in zip(PIXELS, made, strict=True):
        padded = np.pad(image, ((crop, crop), (crop, crop), (0, 0)))
        matches = [
            (top, left, flip)
            for top in range(2 * crop + 1)
            for left in range(2 * crop + 1)
            for flip in (1, -1)
            if np.allclose(
                normalised(padded[top : top + 8, left : left + 8][:, ::flip]), result, atol=1e-5
            )
        ]
        assert len(matches) == 1
        found.add(matches[0])
    # 40 draws of 50 windows: many differ, and every shift and both directions come up.
    assert len(found) > 20
    assert {top for top, _, _ in found} == {left for _, left, _ in found} == set(range(5))
    assert {flip for _, _, flip in found} == {1, -1}


def test_shifts_are_uniform() -> None:
    bright = np.zeros((6000, 9, 9, 3), np.uint8)
    bright[:, 4, 4] = 255
    made = batch(Augmentation(channel_statistics(bright), crop=2, flip=False), pixels=bright)
    places = made[:, 0].flatten(1).argmax(1).bincount(minlength=81).reshape(9, 9)[2:7, 2:7]
    assert int(places.sum()) == 6000
    # 24 degrees of freedom: 51.2 is the point of one in a thousand.
    assert float(((places - 240) ** 2 / 240).sum()) < 51.2


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SettingsError, match="crop=-1"):
        Augmentation(STATISTICS, crop=-1)
    with pytest.raises(SettingsError, match=r"torch\.Generator"):
        Augmentation(STATISTICS)(torch.from_numpy(PIXELS))
    for wrong in (torch.zeros(2, 8, 8, 3), torch.zeros(2, 3, 8, 3, dtype=torch.uint8)):
        with pytest.raises(SettingsError, match="expected uint8"):
            batch(Augmentation(STATISTICS), pixels=wrong.numpy())
    with pytest.raises(SettingsError, match="expected pixels"):
        channel_statistics(PIXELS[:0])
