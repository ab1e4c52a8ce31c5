"""What images are in memory: subsets, splits by content, the sentence, arguments."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout.errors import ImageError, SettingsError
from archscout.images import Images, Skipped, load_images


def some(n: int = 500, seed: int = 0) -> Images:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (n, 4, 4, 3), dtype=np.uint8)
    prints = rng.integers(0, 2**64, n, dtype=np.uint64)
    targets = rng.integers(0, 3, n)
    return Images(pixels, tuple(map(str, range(n))), prints, targets, ("a", "b", "c"))


def test_a_subset_keeps_rows_together() -> None:
    images = some(10)
    for part in (images.subset([7, 2]), images.subset(np.isin(np.arange(10), [2, 7]))):
        assert set(part.names) == {"7", "2"}
        for row, name in enumerate(part.names):
            assert (part.pixels[row] == images.pixels[int(name)]).all()
            assert part.fingerprints[row] == images.fingerprints[int(name)]
            assert part.targets is not None
            assert images.targets is not None
            assert part.targets[row] == images.targets[int(name)]
    assert images.subset([7, 2]).names == ("7", "2")
    assert len(images.subset([])) == 0
    assert images.subset([]).classes == images.classes


def test_a_split_parts_the_images_and_meets_the_share() -> None:
    images = some(4000)
    train, validation = images.split(0.25, seed=3)
    assert sorted(train.names + validation.names) == sorted(images.names)
    # Three standard deviations of a binomial.
    assert abs(len(validation) - 1000) < 3 * np.sqrt(4000 * 0.25 * 0.75)


def test_a_split_depends_on_content_and_seed_alone() -> None:
    images = some()
    order = np.random.default_rng(1).permutation(len(images))
    moved = replace(images.subset(order), names=tuple(f"new{n}" for n in range(len(images))))
    held = {int(key) for key in images.split(0.3, seed=0)[1].fingerprints}
    assert {int(key) for key in moved.split(0.3, seed=0)[1].fingerprints} == held
    # Fewer images: those that stay are dealt as before.
    half = images.subset(range(250))
    assert {int(key) for key in half.split(0.3, seed=0)[1].fingerprints} == held & {
        int(key) for key in half.fingerprints
    }
    assert {int(key) for key in images.split(0.3, seed=1)[1].fingerprints} != held


def test_copies_stay_on_one_side() -> None:
    images = some(100).subset(np.repeat(np.arange(100), 2))
    train, validation = images.split(0.5, seed=0)
    assert not set(train.fingerprints.tolist()) & set(validation.fingerprints.tolist())


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan"), 1e-9])
def test_a_split_that_cannot_be_is_refused(share: float) -> None:
    with pytest.raises(SettingsError, match="share"):
        some(20).split(share, seed=0)


def test_the_sentence() -> None:
    skipped = (Skipped("a.txt", "not an image"), Skipped("b.txt", "not an image"))
    assert replace(some(1200), skipped=skipped).summary() == (
        "read 1,200 images (4x4, 3 classes: a, b, c), skipped 2: 2 not an image (such as a.txt)"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pixels": np.zeros((10, 4, 5, 3), np.uint8)}, r"\(10, 4, 5, 3\)"),
        ({"pixels": np.zeros((10, 4, 4, 3))}, "float64"),
        ({"names": ("a",)}, "1 names for 10 images"),
        ({"targets": np.zeros(3, np.int64)}, "3 targets"),
        ({"targets": np.full(10, 3)}, "expected 0 to 2"),
        ({"targets": np.full(10, -1)}, "expected 0 to 2"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ImageError, match=said):
        replace(some(10), **change)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"resolution": 0}, "resolution=0"),
        ({"resolution": 8.0}, r"resolution=8\.0"),
        ({"workers": 0}, "workers=0"),
        ({"limit": -1}, "limit=-1"),
        ({"split": "valid"}, "split='valid'"),
    ],
)
def test_arguments_out_of_range(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_images(np.full((2, 8, 8), 9), **settings)


def test_sources_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="give an existing folder"):
        load_images(tmp_path / "missing")
    (tmp_path / "a.jpg").touch()
    with pytest.raises(ImageError, match="expected a folder of pictures"):
        load_images(tmp_path / "a.jpg")
    with pytest.raises(ImageError, match="got images as int"):
        load_images(3)


@pytest.mark.slow
def test_reading_needs_no_torch() -> None:
    code = (
        "import sys, numpy as np, archscout.images as t; "
        "t.load_images(np.full((2, 8, 8), 9)).split; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
