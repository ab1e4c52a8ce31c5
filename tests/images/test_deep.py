"""Pictures of more than 8 bits: no bits are lost, and one number is white in a whole data set."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deep_pictures import png, tiff
from PIL import Image

from archscout.images import load_images
from archscout.images._deep import is_deep, load_deep
from archscout.images._sets import load_sets
from archscout.images._value_range import BY_ITSELF, Values, Whites, white_of


def drawn(bits: int, channels: int = 1, seed: int = 0, side: int = 8) -> np.ndarray[Any, Any]:
    """Values of so many bits, the largest among them."""
    values = np.random.default_rng(seed).integers(0, 2**bits, (side, side, channels))
    values[0, 0] = 2**bits - 1
    return values.astype(np.uint16)


def grey(path: Path, values: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values)).save(path)


@pytest.mark.parametrize("channels", [2, 3, 4])
@pytest.mark.parametrize("form", ["png", "tiff <", "tiff >", "packed <", "packed >"])
def test_colours_keep_all_their_bits(form: str, channels: int) -> None:
    if form != "png" and channels == 2:
        pytest.skip("there is no such TIFF")
    values = drawn(12, channels, side=20)
    kind, _, order = form.partition(" ")
    content = png(values) if form == "png" else tiff(values, order, packed=kind == "packed")
    image = Image.open(io.BytesIO(content))
    assert is_deep(image)
    made, numbers = load_deep(image, BY_ITSELF)
    shown = values if channels != 2 else values[..., [0, 0, 0, 1]]
    assert (np.asarray(made) == np.rint(shown * (255 / 4095))).all()
    colours = values if channels == 3 else values[..., :-1]
    assert numbers == Values("whole", float(colours.max()))


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_bits_in_use_fill_the_range(tmp_path: Path, bits: int, ending: str) -> None:
    grey(tmp_path / f"a.{ending}", drawn(bits)[..., 0])
    images = load_images(tmp_path, resolution=8)
    expected = np.rint(drawn(bits)[..., 0] * (255 / (2**bits - 1)))
    assert (images.pixels[0, ..., 1] == expected).all()
    assert images.whites.whole == 2**bits - 1
    said = f"{2**bits - 1:,} is white" if bits > 8 else "no classes)"
    assert said in images.summary()


@pytest.mark.parametrize("workers", [1, 4])
def test_brightness_stays_comparable(tmp_path: Path, workers: int) -> None:
    levels = [4000, 1000, 200, 60, 0]
    for number, level in enumerate(levels):
        grey(tmp_path / f"{number}.png", np.full((8, 8), level, np.uint16))
    (tmp_path / "3.5.png").write_bytes(b"hello")
    (tmp_path / "5.png").write_bytes(png(np.full((8, 8, 3), 2000, np.uint16)))
    Image.new("L", (8, 8), 77).save(tmp_path / "6.png")
    images = load_images(tmp_path, resolution=8, workers=workers)
    expected = [round(level * 255 / 4095) for level in (*levels, 2000)]
    assert images.pixels[:, 0, 0, 0].tolist() == [*expected, 77]
    assert images.whites == Whites(whole=4095.0)


def test_all_parts_have_the_same_white(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for part, level in (("train", 4000), ("val", 900), ("test", 9000)):
        for place, kind in enumerate("ab"):
            grey(tmp_path / part / kind / "1.png", np.full((8, 8), level + place, np.uint16))
    with caplog.at_level(logging.WARNING):
        sets = load_sets(tmp_path, resolution=8)
    assert sets.validation is not None
    assert sets.test is not None
    assert sets.validation.pixels[0, 0, 0, 0] == round(900 * 255 / 4095)
    assert (sets.test.pixels == 255).all()
    assert "values go up to 9,001 and are cut at 4,095" in caplog.text


@pytest.mark.parametrize(
    ("high", "white"), [(0.9, 1.0), (1.02, 1.0), (200.0, 255.0), (4000.0, 4095.0)]
)
def test_floats_of_pictures_and_arrays(tmp_path: Path, high: float, white: float) -> None:
    values = np.linspace(0, high, 64, dtype=np.float32).reshape(8, 8)
    grey(tmp_path / "a.tif", values)
    grey(tmp_path / "b.tif", values / 5)
    expected = np.rint(np.minimum(values, white) * np.float32(255 / white))
    for images in (load_images(tmp_path, resolution=8), load_images(values[None], resolution=8)):
        assert (images.pixels[0, ..., 0] == expected).all()
        assert images.whites.floats == white


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float64, np.uint64])
def test_arrays_and_data_sets_of_twelve_bits(kind: Any) -> None:
    values = np.stack([drawn(12)[..., 0], drawn(9)[..., 0], drawn(1)[..., 0]]).astype(kind)
    expected = np.rint(values * (255 / 4095))
    for source in (values, [(image, 0) for image in values]):
        images = load_images(source, resolution=8)
        assert (images.pixels[..., 2] == expected).all()
        assert "4,095" in images.summary()


def test_data_sets_of_deep_pictures() -> None:
    pictures = [Image.fromarray(drawn(bits)[..., 0]) for bits in (12, 9)]
    images = load_images(pictures, resolution=8)
    assert images.pixels[1].max() == round(511 * 255 / 4095)


def test_a_format_that_says_its_largest_value_is_believed(tmp_path: Path) -> None:
    values = np.full((8, 8), 400, ">u2")
    (tmp_path / "a.pgm").write_bytes(b"P5 8 8 4095\n" + values.tobytes())
    images = load_images(tmp_path, resolution=8)
    assert images.pixels[0, 0, 0, 0] == round(400 * 255 / 4095)


def test_what_is_white() -> None:
    assert [white_of(Values("whole", high)) for high in (1, 2, 255, 256, 1023, 1024, 65535)] == [
        *(1, 255, 255, 1023, 1023, 4095, 65535)
    ]


@pytest.mark.parametrize("bits", [12, 16])
def test_a_tiff_that_counts_down_from_white_is_no_negative(tmp_path: Path, bits: int) -> None:
    values = drawn(bits)
    values[0, 1] = 0
    content = tiff(2**bits - 1 - values, photometric=0)
    (tmp_path / "a.tif").write_bytes(content)
    assert (load_images(tmp_path, resolution=8).pixels[0, ..., 0] == bytes_of(values, bits)).all()


def test_floats_of_a_portable_map_are_not_taken_for_16_bits(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 64, dtype="<f4").reshape(8, 8)
    # Its lines go from the bottom up.
    (tmp_path / "a.pfm").write_bytes(b"Pf\n8 8\n-1.0\n" + values[::-1].tobytes())
    images = load_images(tmp_path, resolution=8)
    assert (images.pixels[0, ..., 0] == np.rint(values * 255)).all()


@pytest.mark.parametrize("most", [1023, 4095, 65535])
def test_a_portable_map_does_not_darken_others(tmp_path: Path, most: int) -> None:
    values = drawn(12)
    grey(tmp_path / "a.png", values[..., 0])
    shown = np.rint(values.astype(float) * (min(most, 4095) / 4095))
    head = b"P5 8 8 %d\n" % most
    (tmp_path / "b.pgm").write_bytes(head + shown.astype(">u2").tobytes())
    first, second = load_images(tmp_path, resolution=8).pixels.astype(int)
    assert (first[..., 0] == bytes_of(values, 12)).all()
    assert abs(first - second).max() <= 1


def bytes_of(values: np.ndarray[Any, Any], bits: int) -> np.ndarray[Any, Any]:
    """Grey bytes ``(h, w)`` of values of so many bits."""
    return np.rint(values[..., 0] * (255 / (2**bits - 1)))
