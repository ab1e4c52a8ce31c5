"""Odd inputs of strangers: an array or a folder is read, or refused in one sentence."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archscout.errors import ArchscoutError, ImageError, SettingsError
from archscout.images import load_images

BYTES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3))
BYTES[0, 0, 0] = 255


@pytest.mark.parametrize(
    "values",
    [
        np.array(3),
        np.arange(5),
        BYTES[..., :2],
        BYTES[None],
        BYTES[:0],
        BYTES - 100,
        BYTES.astype(np.int8),
        BYTES * 10**6,
        BYTES.astype(object),
        BYTES.astype(str),
        BYTES.astype(complex),
        BYTES.astype("datetime64[s]"),
        np.where(BYTES == 255, np.nan, BYTES / 255),
        np.where(BYTES == 255, np.inf, BYTES / 255),
        BYTES / 127.5 - 1,
        np.zeros((3, 3, 8, 3)),
        np.zeros((3, 8, 8, 7)),
        np.zeros((3, 0, 8)),
    ],
)
@pytest.mark.parametrize("form", ["array", "npz", "npy"])
def test_arrays_that_are_no_images(tmp_path: Path, values: Any, form: str) -> None:
    source: Any = values
    if form != "array":
        source = tmp_path / f"a.{form}"
        np.savez(source, x=values) if form == "npz" else np.save(source, values)
    with pytest.raises(ImageError) as told:
        load_images(source)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "values",
    [
        BYTES.astype(np.uint8),
        BYTES.astype(np.uint16),
        BYTES.astype(np.float16),
        BYTES.astype(float),
        BYTES / 255,
        (BYTES / 255).astype(np.float16),
        np.moveaxis(BYTES, 3, 1),
        BYTES.astype(">u2"),
        BYTES.astype(">f4"),
    ],
)
def test_arrays_of_other_types_are_the_same_images(values: Any) -> None:
    images = load_images(values, resolution=8)
    assert np.abs(images.pixels.astype(int) - BYTES).max() <= (1 if values.dtype == "f2" else 0)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int64, np.float32, bool])
def test_black_is_black(kind: Any, tmp_path: Path) -> None:
    assert not load_images(np.zeros((3, 8, 8), kind)).pixels.any()
    for mode, ending in (("I;16", "png"), ("F", "tif"), ("I", "tif"), ("1", "png"), ("L", "jpg")):
        Image.new(mode, (8, 8), 0).save(tmp_path / f"{len(mode)}{ord(mode[0])}.{ending}")
    images = load_images(tmp_path)
    assert len(images) == 5
    assert images.pixels.max() <= 1


def test_floats_that_overshoot_are_cut_with_a_word(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        load_images(np.linspace(0, 1.5, 64).reshape(1, 8, 8))
    assert "values go up to 1.5 and are cut at 1" in caplog.text


@pytest.mark.parametrize(
    ("name", "shown"), [("ca\nt", r"ca\nt"), (b"caf\xe9", r"caf\xe9"), ("\x1b[31m", r"\x1b[31m")]
)
def test_names_are_printed_on_one_line(tmp_path: Path, name: str | bytes, shown: str) -> None:
    (tmp_path / "x").mkdir()
    folder = os.fsencode(tmp_path) + b"/" + os.fsencode(name)
    os.mkdir(folder)
    Image.new("L", (8, 8), 1).save(tmp_path / "x" / "1.png")
    Path(os.fsdecode(folder + b"/1.png")).write_bytes((tmp_path / "x" / "1.png").read_bytes())
    Path(os.fsdecode(folder + b"/b\nad.txt")).write_bytes(b"hello")
    images = load_images(tmp_path, resolution=8)
    assert set(images.classes) == {"x", shown}
    assert "\n" not in images.summary()
    assert "\x1b" not in images.summary()
    images.summary().encode()


@pytest.mark.parametrize("source", [None, 3, 2.5, {"x": BYTES}, [1, 2], b"", "a\0b", "a" * 5000])
def test_sources_that_are_no_images(source: Any) -> None:
    with pytest.raises(ArchscoutError):
        load_images(source)


@pytest.mark.parametrize("value", [0, -1, 1.5, "8", True, None])
@pytest.mark.parametrize("name", ["resolution", "limit", "workers"])
def test_settings_that_are_no_counts(name: str, value: Any) -> None:
    settings: dict[str, Any] = {name: value}
    if value is None:
        load_images(BYTES, **settings)
        return
    with pytest.raises(SettingsError, match=f"got {name}="):
        load_images(BYTES, **settings)
