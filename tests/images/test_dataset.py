"""Datasets of any kind: items of every form, classes where all have one, errors skipped."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Subset, TensorDataset

from archscout.errors import ImageError
from archscout.images import load_images

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 9, 7, 3), dtype=np.uint8)
FIRST = np.ascontiguousarray(np.moveaxis(PIXELS, 3, 1))


class Listed:
    """A dataset of given items; an error among them is raised."""

    def __init__(self, items: list[Any], classes: Any = ()) -> None:
        self.items, self.classes = items, classes

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> Any:
        if isinstance(self.items[row], Exception):
            raise self.items[row]
        return self.items[row]


@pytest.mark.parametrize(
    "dataset",
    [
        Listed([Image.fromarray(image) for image in PIXELS]),
        Listed([(Image.fromarray(image), {"boxes": []}) for image in PIXELS]),
        Listed(list(PIXELS)),
        [(torch.from_numpy(image / 255).float(), 0.5) for image in FIRST],
        TensorDataset(torch.from_numpy(FIRST)),
    ],
)
def test_every_form_gives_the_images_of_the_array(dataset: Any) -> None:
    images = load_images(dataset, resolution=8)
    expected = load_images(PIXELS, resolution=8)
    assert (images.pixels == expected.pixels).all()
    assert (images.fingerprints == expected.fingerprints).all()
    assert images.targets is None
    assert images.source == type(dataset).__name__


def test_targets_of_pytorch_datasets() -> None:
    numbers = torch.arange(12) % 4
    dataset = TensorDataset(torch.from_numpy(FIRST), numbers)
    images = load_images(dataset, resolution=8)
    assert images.targets is not None
    assert images.targets.tolist() == numbers.tolist()
    part = load_images(Subset(dataset, [3, 1, 7]), resolution=8)
    assert part.targets is not None
    assert part.classes == ("1", "3")
    assert part.targets.tolist() == [1, 0, 1]
    assert (part.fingerprints == images.fingerprints[[3, 1, 7]]).all()


def test_names_of_classes() -> None:
    images = load_images(Listed([(image, 2) for image in PIXELS], ["a", "b", "c"]), resolution=8)
    assert images.classes == ("a", "b", "c")
    assert images.targets is not None
    assert set(images.targets.tolist()) == {2}


@pytest.mark.parametrize("missing", [-1, None])
def test_targets_count_only_if_every_item_has_one(
    missing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    items = [(image, missing if row == 4 else 0) for row, image in enumerate(PIXELS)]
    with caplog.at_level(logging.WARNING):
        assert load_images(Listed(items), resolution=8).targets is None
    assert "1 of 12 items have no class" in caplog.text


def test_items_that_fail_are_skipped() -> None:
    items: list[Any] = [Image.fromarray(image) for image in PIXELS]
    items[0], items[5] = OSError("damaged"), Image.new("RGB", (1, 1))
    images = load_images(Listed(items), resolution=8)
    assert len(images) == 10
    assert images.skipped == (
        ("item[0]", "raised OSError"),
        ("item[5]", "smaller than 4 pixels"),
    )
    whole = load_images(PIXELS, resolution=8)
    assert (images.pixels == whole.pixels[[1, 2, 3, 4, *range(6, 12)]]).all()


def test_a_limit_takes_images_in_their_order() -> None:
    items: list[Any] = [Image.fromarray(image) for image in PIXELS]
    items[3] = OSError("damaged")
    images = load_images(Listed(items), resolution=8, limit=5)
    rows = [int(name[5:-1]) for name in images.names]
    assert len(rows) == 5
    assert rows == sorted(rows)
    assert (images.pixels == load_images(PIXELS, resolution=8).pixels[rows]).all()
    assert len(load_images(Listed(items), resolution=8, limit=50)) == 11


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "it is empty"),
        ([OSError()] * 3, "3 raised OSError"),
        (["a.jpg"], r"item\[0\] is a str"),
        ([torch.randn(3, 8, 8)], "undo the normalisation"),
        ([PIXELS], r"shape \(1, 12, 9, 7, 3\)"),
    ],
)
def test_what_is_no_dataset_of_images(items: list[Any], said: str) -> None:
    with pytest.raises(ImageError, match=said):
        load_images(Listed(items))


def test_random_transforms_are_noticed() -> None:
    class Random(Listed):
        rng = np.random.default_rng(0)

        def __getitem__(self, row: int) -> Any:
            return self.rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)

    with pytest.raises(ImageError, match="leave its random transforms out"):
        load_images(Random([0, 1]))


def test_a_stream_is_no_dataset() -> None:
    with pytest.raises(ImageError, match="got images as generator"):
        load_images(image for image in PIXELS)
