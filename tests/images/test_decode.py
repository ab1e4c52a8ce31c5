"""One picture: every mode and every kind of damage gives a square of colour or a reason."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pytest
from PIL import Image

from archscout.images import _decode as image_decode
from archscout.images._decode import Unusable, decode, read_picture, square_of

RED, GREEN = (255, 0, 0), (0, 255, 0)

# How a picture is turned upright, by the number that its camera wrote.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decoded(path: Path, side: int = 8) -> np.ndarray[Any, Any]:
    return read_picture(path, side, Lock())[1]


def saved(folder: Path, image: Image.Image, name: str, **options: Any) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def reason(path: Path) -> str:
    with pytest.raises(Unusable) as caught:
        decoded(path)
    return str(caught.value)


def half_and_half(width: int = 16, height: int = 16) -> Image.Image:
    """Red on the left, green on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height))
    return image


@pytest.mark.parametrize(
    ("mode", "colour", "name", "expected"),
    [
        ("L", 100, "grey.png", (100, 100, 100)),
        ("1", 1, "bits.png", (255, 255, 255)),
        ("P", 0, "palette.gif", (0, 0, 0)),
        ("LA", (10, 0), "clear-grey.png", (255, 255, 255)),
        ("RGBA", (0, 0, 0, 0), "clear.png", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 128), "half.png", (255, 127, 127)),
        ("RGBA", (1, 2, 3, 255), "opaque.webp", (1, 2, 3)),
        ("CMYK", (0, 0, 0, 255), "print.tif", (0, 0, 0)),
        ("I;16", 65535, "deep.png", (255, 255, 255)),
        ("I;16", 257 * 160, "deep.tif", (160, 160, 160)),
        ("F", 0.2, "float.tif", (51, 51, 51)),
    ],
)
@pytest.mark.parametrize("size", [(8, 8), (20, 12)])
def test_every_mode_becomes_colour(
    tmp_path: Path, mode: str, colour: Any, name: str, expected: Any, size: tuple[int, int]
) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    pixels = decoded(saved(tmp_path, Image.new(mode, size, colour), name, **options))
    assert pixels.dtype == np.uint8
    assert pixels.shape == (8, 8, 3)
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_colour_under_clear_pixels_does_not_bleed(tmp_path: Path) -> None:
    image = Image.new("RGBA", (32, 32), (*RED, 255))
    image.paste((0, 0, 0, 0), (16, 0, 32, 32))
    pixels = decoded(saved(tmp_path, image, "a.png"))
    # Red over white at the border: red stays full, the rest rises. Black would lower red.
    assert pixels[..., 0].min() == 255


def test_a_clear_colour_of_a_palette_is_laid_over_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert (decoded(saved(tmp_path, image, "a.gif", transparency=0)) == 255).all()


def test_the_first_frame_of_a_moving_picture_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN)]
    path = saved(tmp_path, frames[0], "a.gif", save_all=True, append_images=frames[1:])
    assert (decoded(path) == RED).all()


def test_the_middle_square_is_kept() -> None:
    image = Image.new("RGB", (30, 10), GREEN)
    image.paste(RED, (10, 0, 20, 10))
    upright = image.transpose(Image.Transpose.ROTATE_90)
    assert (square_of(image, 10) == RED).all()
    assert (square_of(upright, 10) == RED).all()
    # The filter reaches half a pixel beyond the edge, as if the crop came after the resizing.
    assert (square_of(image, 5)[:, 1:-1] == RED).all()
    assert (square_of(upright, 5)[1:-1] == RED).all()


def test_an_image_of_the_size_passes_unchanged() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    assert (square_of(Image.fromarray(pixels), 8) == pixels).all()


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_the_camera_was_held(
    tmp_path: Path, suffix: str, orientation: int
) -> None:
    upright = half_and_half(24, 16)
    upright.paste((0, 0, 255), (0, 8, 12, 16))
    # What the camera stores is the inverse of how it is to be turned.
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    turn = TURNS.get(inverse)
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if turn is None else upright.transpose(turn)
    path = saved(tmp_path, stored, f"a.{suffix}", exif=exif, quality=95)
    difference = np.abs(decoded(path).astype(int) - square_of(upright, 8))
    assert difference.mean() < 8


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_orientation_is_ignored(tmp_path: Path) -> None:
    path = saved(tmp_path, half_and_half(), "a.jpg", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert decoded(path).shape == (8, 8, 3)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif", "a.bmp", "a.webp", "a.tif"])
def test_a_file_cut_short_is_skipped(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert reason(path) in ("damaged or cut short", "damaged or of an unknown format")


def test_files_that_are_no_pictures(tmp_path: Path) -> None:
    contents = {"empty.png": b"", "notes.txt": b"hello", "fake.JPG": b"hello"}
    # PostScript would start another program: it is never opened.
    contents["page.eps"] = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    unknown = "damaged or of an unknown format"
    assert [reason(tmp_path / name) for name in contents] == [
        "empty",
        "not an image",
        unknown,
        unknown,
    ]


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert reason(tmp_path / "pipe.png") == "not a regular file"
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    assert reason(tmp_path / "gone.png") == "a link to nothing"
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    assert reason(tmp_path / "self.png") == "damaged or cut short"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, half_and_half(), "a.png")

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    # The administrator may read everything, so that the mode of the file would prove nothing.
    monkeypatch.setattr(Path, "open", refuse)
    assert reason(path) == "not permitted to be read"


def test_pictures_too_small_or_of_unknown_range(tmp_path: Path) -> None:
    assert reason(saved(tmp_path, Image.new("RGB", (1, 1)), "a.png")) == "smaller than 4 pixels"
    assert reason(saved(tmp_path, Image.new("L", (300, 3)), "b.png")) == "smaller than 4 pixels"
    wide = saved(tmp_path, Image.new("F", (8, 8), 70000.0), "c.tif")
    assert reason(wide) == "with values above 65,535"
    nothing = saved(tmp_path, Image.new("F", (8, 8), float("nan")), "d.tif")
    assert reason(nothing) == "with values that are not numbers"
    below = saved(tmp_path, Image.new("I", (8, 8), -1), "e.tif")
    assert reason(below) == "with negative values"


def test_huge_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_decode, "MOST_PIXELS", 100_000)
    big = half_and_half(640, 400)
    assert "million pixels" in reason(saved(tmp_path, big, "a.png"))
    # A JPEG decodes to an eighth straight away, so that its own size does not matter.
    assert decoded(saved(tmp_path, big, "a.jpg")).shape == (8, 8, 3)
    whole = saved(tmp_path, big, "b.jpg", progressive=True)
    assert "million pixels" in reason(whole)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert "million pixels" in reason(tmp_path / "a.jpg")
    monkeypatch.setattr(image_decode, "LARGEST_FILE", 10)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert "MB" in reason(tmp_path / "a.jpg")


def test_large_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_decode, "_LARGE_PIXELS", 100)

    class Counted:
        entered = 0

        def __enter__(self) -> None:
            self.entered += 1

        def __exit__(self, *_: object) -> None: ...

    lock = Counted()
    decode(Image.new("RGB", (8, 8)), 4, lock)  # type: ignore[arg-type]
    decode(Image.new("RGB", (20, 20)), 4, lock)  # type: ignore[arg-type]
    assert lock.entered == 1


def test_the_fingerprint_is_of_the_content(tmp_path: Path) -> None:
    first = saved(tmp_path, half_and_half(), "a.png")
    second = tmp_path / "copy.png"
    second.write_bytes(first.read_bytes())
    other = saved(tmp_path, half_and_half(18), "b.png")
    keys = [read_picture(path, 8, Lock())[0] for path in (first, second, other)]
    assert keys[0] == keys[1] != keys[2]
    assert read_picture(first, 4, Lock())[0] == keys[0]
