"""Arrays and their files: every form of the same images gives the same images."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import ImageError
from archscout.images import Images, load_images
from archscout.images._arrays import layout_of, numbers_of
from archscout.images._sets import load_sets


def colour(n: int = 6, h: int = 9, w: int = 7, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(0, 256, (n, h, w, 3), dtype=np.uint8)


def same(first: Images, second: Images) -> bool:
    return bool(
        (first.pixels == second.pixels).all() and (first.fingerprints == second.fingerprints).all()
    )


@pytest.mark.slow
@settings(max_examples=40)
@given(
    n=st.integers(1, 4),
    h=st.integers(5, 20),
    w=st.integers(5, 20),
    channels=st.sampled_from([1, 3, 4]),
    seed=st.integers(0, 9),
    side=st.integers(4, 16),
)
def test_every_form_gives_the_same_images(
    n: int, h: int, w: int, channels: int, seed: int, side: int
) -> None:
    values = np.random.default_rng(seed).integers(0, 256, (n, h, w, channels), dtype=np.uint8)
    values[0, 0, 0] = 255
    expected = load_images(values, resolution=side)
    assert expected.pixels.shape == (n, side, side, 3)
    first = np.moveaxis(values, 3, 1)
    forms: list[Any] = [
        first,
        values.astype(np.int64),
        values / 255,
        (values / 255).astype(np.float32),
        torch.from_numpy(np.ascontiguousarray(first)),
        torch.from_numpy(first / 255),
        np.asfortranarray(values),
    ]
    if channels == 1:
        forms.append(values[..., 0])
    for form in forms:
        assert same(load_images(form, resolution=side), expected)


@settings(max_examples=100)
@given(shape=st.lists(st.integers(1, 40), min_size=1, max_size=5))
def test_a_shape_is_understood_or_refused(shape: list[int]) -> None:
    channels = (1, 3, 4)
    first = len(shape) == 4 and shape[1] in channels
    last = len(shape) in (3, 4) and shape[-1] in channels
    if len(shape) == 3 and not last:
        assert layout_of(shape) == "grey"
    elif len(shape) == 4 and first != last:
        assert layout_of(shape) == ("first" if first else "last")
    else:
        with pytest.raises(ImageError, match="got an array of shape"):
            layout_of(shape)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.array([0.0, 70000.0]), "divide them by what is white"),
        (np.array([-1.0, 1.0]), "undo the normalisation"),
        (np.array([0.0, np.nan]), "1 of 2 images hold .*NaN.* at place 1"),
        (np.array([0, 65536]), "divide them by what is white"),
        (np.array([-1, 5]), "expected numbers from 0"),
        (np.array(["a"]), "<U1"),
        (np.array([1j]), "complex"),
    ],
)
def test_a_range_that_is_not_known_is_refused(values: Any, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        numbers_of(values)


def test_whole_numbers_up_to_one_are_not_taken_for_black() -> None:
    with pytest.raises(ImageError, match="multiply by 255"):
        load_images(np.eye(8, dtype=np.uint8)[None])


def test_bits_are_black_and_white() -> None:
    images = load_images(np.eye(8, dtype=bool)[None], resolution=8)
    assert (images.pixels[0, :, :, 1] == 255 * np.eye(8)).all()


def test_alpha_is_laid_over_white() -> None:
    values = np.zeros((1, 8, 8, 4), np.uint8)
    values[0, :4, :, 3] = 255
    pixels = load_images(values, resolution=8).pixels
    assert (pixels[0, :4] == 0).all()
    assert (pixels[0, 4:] == 255).all()


def test_images_of_the_size_are_passed_through() -> None:
    values = colour(h=8, w=8)
    images = load_images(values, resolution=8)
    assert np.shares_memory(images.pixels, values)
    assert (images.pixels == values).all()
    assert load_images(values).pixels.shape == (6, 32, 32, 3)


def test_images_that_are_empty_or_tiny_are_refused() -> None:
    with pytest.raises(ImageError, match="no images"):
        load_images(np.zeros((0, 8, 8), np.uint8))
    with pytest.raises(ImageError, match="2x9 pixels"):
        load_images(np.full((5, 2, 9), 200, np.uint8))


def test_a_limit_takes_some_of_the_same_images() -> None:
    values = colour(50)
    some, whole = load_images(values, resolution=8, limit=9), load_images(values, resolution=8)
    rows = [whole.names.index(name) for name in some.names]
    assert rows == sorted(rows)
    assert len(rows) == 9
    assert same(some, whole.subset(rows))


def npz(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "a.npz", **arrays)
    return folder / "a.npz"


@pytest.mark.parametrize(
    "names",
    [
        *[("x", "y"), ("x_train", "y_train"), ("images", "labels"), ("trainX", "trainY")],
        *[("train_x", "train_y"), ("data", "target"), ("image", "label"), ("X_Train", "Y")],
    ],
)
def test_the_usual_names_in_npz(tmp_path: Path, names: tuple[str, str]) -> None:
    path = npz(tmp_path, **{names[0]: colour(), names[1]: np.array([[2], [0], [1], [1], [0], [2]])})
    images = load_images(path, resolution=8)
    assert images.targets is not None
    assert images.targets.tolist() == [2, 0, 1, 1, 0, 2]
    assert images.classes == ("0", "1", "2")
    assert images.names[1] == f"{names[0]}[1]"
    assert same(images, load_images(colour(), resolution=8))


@pytest.mark.parametrize("held", [("x_dev", "y_dev"), ("valid_images", "valid_labels")])
def test_the_usual_names_of_what_is_held_out_in_npz(tmp_path: Path, held: tuple[str, str]) -> None:
    arrays = {held[0]: colour(4, seed=1), held[1]: np.arange(4)}
    read = load_sets(npz(tmp_path, x=colour(), y=np.arange(6), **arrays))
    assert read.validation is not None
    assert len(read.validation) == 4


def test_arrays_that_may_be_classes_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    images = load_images(npz(tmp_path, x=colour(), kinds=np.arange(6)))
    assert images.targets is None
    assert "no classes are read: kinds is none of the names" in caplog.text


def test_test_images_come_from_their_own_arrays(tmp_path: Path) -> None:
    arrays = {"x_train": colour(6), "y_train": np.arange(1, 7), "x_test": colour(2, seed=1)}
    path = npz(tmp_path, **arrays, y_test=np.array([5, 3]), classes=np.array(list("abcdefg")))
    train, test = load_images(path), load_images(path, split="test")
    assert len(train), len(test) == (6, 2)
    assert test.targets is not None
    assert test.targets.tolist() == [5, 3]
    assert test.classes == train.classes == tuple("abcdefg")
    path = npz(tmp_path, **arrays, y_test=np.array([5, 3]))
    test = load_images(path, split="test")
    assert test.targets is not None
    # Without names both parts number the values of either.
    assert test.targets.tolist() == [4, 2]
    assert test.classes == load_images(path).classes == tuple("123456")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"z": colour()}, "holds z, expected x_train or x or images"),
        ({}, "holds nothing"),
        ({"x": colour(), "y": np.arange(5)}, "got 5 targets in y for 6 images"),
        ({"x": colour(), "y": np.eye(6)}, "expected one whole number or text"),
        ({"x": colour(), "y": np.arange(6) - 1}, "got targets from -1"),
        ({"x": colour(), "y": np.arange(6), "classes": np.array(["a"])}, "expected 0 to 0"),
        ({"x": np.array([{}] * 3, dtype=object)}, "no readable array file"),
        ({"x": colour(), "y": np.array([{}] * 6, dtype=object)}, "no readable array file"),
        ({"x": np.array(3)}, "a.npz"),
    ],
)
def test_npz_that_is_not_understood(tmp_path: Path, arrays: dict[str, Any], said: str) -> None:
    with pytest.raises(ImageError, match=said):
        load_images(npz(tmp_path, **arrays))


def test_classes_can_be_words(tmp_path: Path) -> None:
    images = load_images(npz(tmp_path, x=colour(3), y=np.array(["dog", "cat", "dog"])))
    assert images.targets is not None
    assert images.targets.tolist() == [1, 0, 1]
    assert images.classes == ("cat", "dog")


def test_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", colour())
    images = load_images(tmp_path / "a.npy", resolution=8, limit=4)
    assert images.targets is None
    assert len(images) == 4
    whole = load_images(tmp_path / "a.npy", resolution=8)
    assert same(whole, load_images(colour(), resolution=8))
    np.save(tmp_path / "square.npy", colour(h=8, w=8))
    # The file is not held open: what is read is in memory.
    assert not isinstance(load_images(tmp_path / "square.npy", resolution=8).pixels, np.memmap)


def test_a_pickle_is_never_read(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([print], dtype=object), allow_pickle=True)
    (tmp_path / "b.npy").write_bytes(b"\x80\x04K\x01.")
    for name in ("a.npy", "b.npy"):
        with pytest.raises(ImageError, match="no readable array file"):
            load_images(tmp_path / name)


@settings(max_examples=60)
@given(cut=st.floats(0, 1), flip=st.integers(0, 10**6), kind=st.sampled_from(["npz", "npy"]))
def test_damaged_files_give_images_or_one_error(
    cut: float, flip: int, kind: str, damaged: Callable[[str], tuple[Path, bytes]]
) -> None:
    path, content = damaged(kind)
    changed = bytearray(content[: int(cut * len(content)) + 1])
    changed[flip % len(changed)] ^= 1 << flip % 8
    path.write_bytes(bytes(changed))
    with contextlib.suppress(ImageError):
        assert load_images(path, resolution=4).pixels.shape[1:] == (4, 4, 3)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, bytes]]:
    folder = tmp_path_factory.mktemp("damaged")
    np.savez(folder / "a.npz", x=colour(2), y=np.array([0, 1]))
    np.save(folder / "a.npy", colour(2))
    contents = {kind: (folder / f"a.{kind}").read_bytes() for kind in ("npz", "npy")}
    return lambda kind: (folder / f"b.{kind}", contents[kind])


def test_the_shared_images(data_file: Callable[[str], Path]) -> None:
    path = data_file("images/tinyimagenet16_120_14k.npz")
    images = load_images(path, resolution=16)
    assert images.pixels.shape == (12000, 16, 16, 3)
    assert len(images.classes) == 120
    assert len(load_images(path, resolution=16, split="test")) == 2400
