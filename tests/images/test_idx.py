"""IDX files: what is written is read, and damage is one error."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archscout.errors import ImageError
from archscout.images import load_images
from archscout.images._idx import read_idx
from archscout.images._sets import splits_in


def idx(values: Any) -> bytes:
    """The file of an array of bytes."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.astype(np.uint8).tobytes()


def pictures(n: int, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(0, 256, (n, 9, 9), dtype=np.uint8)


def write(folder: Path, prefix: str, n: int, packed: bool = True) -> None:
    files = {"images-idx3": pictures(n), "labels-idx1": np.arange(n) % 3}
    for name, values in files.items():
        content = gzip.compress(idx(values)) if packed else idx(values)
        (folder / f"{prefix}-{name}-ubyte{'.gz' if packed else ''}").write_bytes(content)


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_of_idx_files(tmp_path: Path, packed: bool) -> None:
    write(tmp_path, "train", 7, packed)
    write(tmp_path, "t10k", 4, packed)
    images = load_images(tmp_path, resolution=9)
    assert (images.pixels[..., 2] == pictures(7)).all()
    assert images.targets is not None
    assert images.targets.tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert images.classes == ("0", "1", "2")
    assert images.names[3] == "train-images-idx3-ubyte[3]"
    assert len(load_images(tmp_path, split="test")) == 4
    ending = ".gz" if packed else ""
    assert len(load_images(tmp_path / f"t10k-images-idx3-ubyte{ending}")) == 4
    assert (images.fingerprints == load_images(pictures(7)).fingerprints).all()


@pytest.mark.parametrize(
    "form",
    [
        *["{}-{}.ubyte", "{}-{}-ubyte", "{}-{}.idx", "{}_{}.idx3-ubyte (1).gz", "{}-{}-idx3.bin"],
        *["MNIST/raw/{}-{}-idx3-ubyte", "data/MNIST/{0}/{0}-{1}-idx3-ubyte"],
    ],
)
def test_other_names_and_places(tmp_path: Path, form: str) -> None:
    for part, n in (("train", 7), ("t10k", 4)):
        for kind, values in (("images", pictures(n)), ("labels", np.arange(n) % 3)):
            name = form.format(part, kind)
            path = tmp_path / (name if kind == "images" else name.replace("idx3", "idx1"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(idx(values))
    assert splits_in(tmp_path) == ("train", "test")
    images = load_images(tmp_path)
    assert len(images) == 7
    assert images.targets is not None
    assert len(load_images(tmp_path, split="test")) == 4


def test_classes_may_be_missing_but_not_wrong(tmp_path: Path) -> None:
    write(tmp_path, "train", 7)
    labels = tmp_path / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(idx(np.zeros(5)))
    with pytest.raises(ImageError, match="got 5 targets"):
        load_images(tmp_path)
    labels.unlink()
    assert load_images(tmp_path).targets is None
    with pytest.raises(ImageError, match="expected one file of test images, as t10k-images"):
        load_images(tmp_path, split="test")


@settings(max_examples=60)
@given(shape=st.lists(st.integers(0, 6), min_size=1, max_size=3), packed=st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, shape: list[int], packed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "a.idx"
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    path.write_bytes(gzip.compress(idx(values)) if packed else idx(values))
    assert np.array_equal(read_idx(path, len(shape)), values)


@settings(max_examples=100)
@given(
    cut=st.integers(0, 130),
    flip=st.integers(0, 10**6),
    packed=st.booleans(),
    more=st.binary(max_size=4),
)
def test_damaged_files_give_an_array_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int, packed: bool, more: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "b.idx"
    values = np.arange(100).reshape(4, 5, 5)
    changed = bytearray((gzip.compress(idx(values)) if packed else idx(values))[:cut] + more)
    if changed:
        changed[flip % len(changed)] ^= 1 << flip % 8
    path.write_bytes(bytes(changed))
    with contextlib.suppress(ImageError):
        assert read_idx(path, 3).ndim == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "begins with nothing"),
        (b"\x00\x00\x0d\x03" + bytes(12), "begins with 00000d03, expected 00000803"),
        (idx(np.zeros((2, 3))), "begins with 00000802"),
        (idx(np.zeros((2, 3, 4)))[:-1], "says that it holds 24 bytes and holds 23"),
        (idx(np.zeros((2, 3, 4))) + b"\x00", "holds 24 bytes and holds more"),
        # Damaged sizes ask for more than any memory holds.
        (b"\x00\x00\x08\x03" + b"\xff" * 12 + bytes(9), "and holds 9"),
        (b"\x00\x00\x08\x03\x00\x00", "fetch it again"),
        (gzip.compress(idx(np.zeros((9, 9, 9))), mtime=0)[:-9], "damaged"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=said):
        load_images(path)


def test_fashion_mnist() -> None:
    folder = Path("/usr/share/datasets/fashion-mnist")
    if not folder.is_dir():
        pytest.skip("the Debian package dataset-fashion-mnist is not installed")
    images = load_images(folder, resolution=28, split="test")
    assert images.targets is not None
    assert np.bincount(images.targets).tolist() == [1000] * 10


@pytest.mark.parametrize(
    ("images", "labels", "test"),
    [
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte.gz"),
        (
            "emnist-letters-train-images-idx3-ubyte.gz",
            "emnist-letters-train-labels-idx1-ubyte.gz",
            "emnist-letters-test-images-idx3-ubyte.gz",
        ),
        (
            "train-images-idx3-ubyte/train-images-idx3-ubyte",
            "train-labels-idx1-ubyte/train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte/t10k-images-idx3-ubyte",
        ),
        ("TRAIN-IMAGES.IDX3-UBYTE", "TRAIN-LABELS.IDX1-UBYTE", "TEST-IMAGES.IDX3-UBYTE"),
        ("images-idx3-ubyte", "labels-idx1-ubyte", "test-images-idx3-ubyte"),
    ],
)
def test_usual_names_of_idx_files(tmp_path: Path, images: str, labels: str, test: str) -> None:
    for name, values in (
        (images, pictures(7)),
        (labels, np.arange(7) % 3 + 1),
        (test, pictures(4, seed=1)),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(idx(values)) if name.endswith(".gz") else idx(values))
    for source in (tmp_path, tmp_path / images):
        read = load_images(source, resolution=9)
        assert (read.pixels[..., 0] == pictures(7)).all()
        assert read.classes == ("1", "2", "3")
    assert len(load_images(tmp_path, split="test")) == 4
    assert load_images(tmp_path / images, classes=False).targets is None


def test_idx_images_of_any_name_are_told_by_their_content(tmp_path: Path) -> None:
    path = tmp_path / "digits.bin"
    for content in (idx(pictures(7)), gzip.compress(idx(pictures(7)))):
        path.write_bytes(content)
        assert len(load_images(path)) == 7


def test_idx_files_of_several_data_sets_are_not_mixed(tmp_path: Path) -> None:
    for name in ("emnist-letters", "emnist-digits"):
        write(tmp_path, f"{name}-train", 7)
    with pytest.raises(ImageError, match=r"emnist-digits.*emnist-letters.*; give one of these"):
        load_images(tmp_path)
    read = load_images(tmp_path / "emnist-digits-train-images-idx3-ubyte.gz")
    assert read.classes == ("0", "1", "2")


def test_a_file_of_classes_is_no_images(tmp_path: Path) -> None:
    write(tmp_path, "train", 7)
    with pytest.raises(ImageError, match="holds classes: give"):
        load_images(tmp_path / "train-labels-idx1-ubyte.gz")
