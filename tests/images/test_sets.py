"""Folders by parts: what is learnt from, held out and tested on, however they are called."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archscout.errors import ImageError, SettingsError
from archscout.images import load_images
from archscout.images._sets import ImageSets, load_sets, splits_in


def fill(folder: Path, *names: str) -> Path:
    """A picture of each name; each is another one."""
    for value, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (value, len(name), 0)).save(path)
    return folder


def classes_of(*parts: str) -> list[str]:
    return [f"{part}/{kind}/{n}.png" for part in parts for kind in ("cat", "dog") for n in (1, 2)]


def sets(folder: Path, **settings: Any) -> ImageSets:
    return load_sets(folder, resolution=8, **settings)


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("train", "test"),
        ("seg_train/seg_train", "seg_test/seg_test"),
        ("archive/data/Train", "archive/data/Test"),
        ("train_images", "test_images"),
        ("flowers_training/images", "flowers_testing/images"),
    ],
)
def test_parts_are_no_classes(tmp_path: Path, train: str, test: str) -> None:
    fill(tmp_path, *classes_of(train, test))
    (tmp_path / "README.md").write_text("hello")
    read = sets(tmp_path)
    assert read.validation is None
    assert read.test is not None
    for images, part in ((read.train, train), (read.test, test)):
        assert images.classes == ("cat", "dog")
        assert all(name.startswith(f"{part}/") for name in images.names)
        assert images.targets is not None
        assert images.targets.tolist() == [0, 0, 1, 1]
        assert "2 classes: cat, dog" in images.summary()
    assert load_images(tmp_path, resolution=8).names == read.train.names
    assert "test: read 4 images" in read.summary()


def test_a_part_for_validation_is_held_out(tmp_path: Path) -> None:
    fill(tmp_path, *classes_of("train", "dev"))
    assert splits_in(tmp_path) == ("train", "validation")
    held = sets(tmp_path).validation
    assert held is not None
    assert len(held) == 4
    assert sets(tmp_path, validation=False).validation is None
    other = sets(tmp_path, validation=tmp_path / "train").validation
    assert other is not None
    assert other.names[0] == "cat/1.png"


def test_parts_of_other_names_beside_the_training_images(tmp_path: Path) -> None:
    fill(tmp_path, *classes_of("train", "public_test", "private_test", "spare"))
    assert load_images(tmp_path, resolution=8).classes == ("cat", "dog")
    with pytest.raises(ImageError, match=r"private_test, public_test .* not clear"):
        sets(tmp_path)
    test = sets(tmp_path, test=tmp_path / "public_test").test
    assert test is not None
    assert len(test) == 4


def test_parts_within_classes(tmp_path: Path) -> None:
    names = [f"x/{kind}/{part}/1.png" for kind in ("cat", "dog") for part in ("train", "val")]
    read = sets(fill(tmp_path, *names))
    assert read.train.names == ("x/cat/train/1.png", "x/dog/train/1.png")
    assert read.train.classes == ("cat", "dog")
    assert read.validation is not None
    assert read.validation.names == ("x/cat/val/1.png", "x/dog/val/1.png")


def test_classes_that_are_called_like_parts_stay_classes(tmp_path: Path) -> None:
    images = sets(fill(tmp_path, "bus/1.png", "car/1.png", "train/1.png")).train
    assert images.classes == ("bus", "car", "train")


def test_what_is_not_clear_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cycle = fill(tmp_path / "cycle", *(f"{p}{d}/1.png" for p in ("train", "test") for d in "AB"))
    with pytest.raises(ImageError, match=r"trainA, trainB .* not clear"):
        sets(cycle)
    assert len(sets(cycle, classes=False).train) == 2
    untrained = fill(tmp_path / "untrained", "val/cat/1.png", "test/cat/2.png")
    with pytest.raises(ImageError, match=r"test, val .* none like that for training"):
        sets(untrained)
    with caplog.at_level(logging.WARNING):
        intel = fill(tmp_path / "intel", *classes_of("seg_train", "seg_test"), "seg_pred/1.png")
        assert len(sets(intel).train) == 4
        assert "seg_pred" in caplog.text
        caplog.clear()
        lonely = fill(tmp_path / "lonely", *classes_of("train"), "more/1.png")
        assert sets(lonely).train.classes == ("cat", "dog")
        assert "more in" in caplog.text
        assert "left out" in caplog.text
        caplog.clear()
        vehicles = fill(tmp_path / "vehicles", *classes_of("train"), "car/van/1.png")
        assert sets(vehicles).train.classes == ("car", "train")
        assert "train in" in caplog.text
        assert "read as a class" in caplog.text
        caplog.clear()
        sets(fill(tmp_path / "loose", "cat/1.png", "dog/1.png", "cover.png"))
        assert "cat, dog" in caplog.text
        assert "cover.png lies outside" in caplog.text


def test_a_part_may_lack_classes_but_have_none_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, *classes_of("train"), "train/emu/1.png", "test/dog/9.png")
    with caplog.at_level(logging.WARNING):
        test = sets(tmp_path).test
    assert test is not None
    assert test.classes == ("cat", "dog", "emu")
    assert test.targets is not None
    assert test.targets.tolist() == [1]
    assert "none of class cat, emu" in caplog.text
    fill(tmp_path, "test/yak/1.png", "test/zebu/1.png")
    with pytest.raises(SettingsError, match=r"not: yak, zebu, and lack cat, emu; expected cat, d"):
        sets(tmp_path)
    alone = fill(tmp_path / "alone", "yak/1.png")
    with pytest.raises(SettingsError, match="have not: yak"):
        sets(tmp_path, test=alone)


@pytest.mark.parametrize("within", ["", "images/", "test/"])
def test_pictures_of_a_part_without_classes_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, within: str
) -> None:
    fill(tmp_path, *classes_of("train"), f"test/{within}1.png", f"test/{within}2.png")
    with caplog.at_level(logging.WARNING):
        assert sets(tmp_path).test is None
    assert "have no classes: they are left out" in caplog.text
    with pytest.raises(SettingsError, match="test images have no classes"):
        sets(tmp_path, test=tmp_path / "test")


def test_copies_in_two_parts_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(tmp_path, *classes_of("train", "val"))
    (tmp_path / "val/cat/1.png").write_bytes((tmp_path / "train/dog/2.png").read_bytes())
    with caplog.at_level(logging.WARNING):
        sets(tmp_path)
    assert (
        "1 of 4 validation images are among the training images too: val/cat/1.png" in caplog.text
    )


def test_a_limit_is_even_and_the_same_each_time(tmp_path: Path) -> None:
    names = [
        f"{kind}/{n}.png" for kind, count in (("a", 30), ("b", 9), ("c", 2)) for n in range(count)
    ]
    fill(tmp_path, *names)
    (tmp_path / "b" / "broken.png").write_bytes(b"hello")
    first, again = sets(tmp_path, limit=14).train, sets(tmp_path, limit=14).train
    assert first.names == again.names
    assert first.targets is not None
    assert np.bincount(first.targets).tolist() == [6, 6, 2]
    assert load_images(tmp_path, limit=14, classes=False).targets is None


def test_a_limit_below_the_classes_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(tmp_path, *classes_of("train"))
    assert len(sets(tmp_path, limit=2).train.classes) == 2
    assert not caplog.records
    assert sets(tmp_path, limit=1).train.targets is None
    assert "limit=1 is less than the 2 classes" in caplog.text


@pytest.mark.parametrize("form", ["npz", "dataset"])
def test_a_limit_is_even_over_arrays_and_data_sets(tmp_path: Path, form: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 8, 8, 3), dtype=np.uint8)
    classes = np.array([0] * 50 + [1] * 10)
    np.savez(tmp_path / "a.npz", x=pixels, y=classes)

    class Items(list[Any]):
        targets = classes

    source: Any = tmp_path / "a.npz" if form == "npz" else Items(zip(pixels, classes, strict=True))
    images = load_images(source, limit=12)
    assert images.targets is not None
    assert np.bincount(images.targets).tolist() == [6, 6]


def test_a_file_of_arrays_may_hold_validation_images(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
    parts = {"train": slice(0, 20), "val": slice(20, 26), "test": slice(26, 30)}
    arrays = {f"{name}_images": pixels[rows] for name, rows in parts.items()}
    arrays |= {f"{name}_labels": np.arange(30)[rows, None] % 2 for name, rows in parts.items()}
    np.savez(tmp_path / "medical.npz", **arrays)
    read = sets(tmp_path / "medical.npz")
    assert [len(images) for images in read if images is not None] == [20, 6, 4]


@pytest.mark.parametrize("other", ["test1", "Tests", "holdout", "validate"])
def test_pictures_right_in_their_parts_have_no_class(tmp_path: Path, other: str) -> None:
    fill(tmp_path, "train/cat.0.png", "train/dog.0.png", f"{other}/1.png", f"{other}/2.png")
    read = load_images(tmp_path, resolution=8)
    assert read.targets is None
    assert read.names == ("train/cat.0.png", "train/dog.0.png")


def test_data_sets_beside_each_other_are_no_classes(tmp_path: Path) -> None:
    fill(tmp_path, *classes_of("fold1/train", "fold1/test", "fold2/train", "fold2/test"))
    with pytest.raises(ImageError, match=r"fold1, fold2 .* folders cat, dog .* several data sets"):
        sets(tmp_path)
    assert len(sets(tmp_path, classes=False).train) == 8
    assert sets(tmp_path / "fold2").train.classes == ("cat", "dog")
