"""One picture to a square of colour pixels: any mode, any size, right way up.

Colour profiles are not applied. Transparent pixels are laid over white. Of moving pictures the
first frame is taken.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from archscout.images._deep import RangeUnknown, is_deep, load_deep
from archscout.images._value_range import BY_ITSELF, Values, Whites

SMALLEST_SIDE = 4
"""Pixels; smaller pictures are spacers and tracking dots, not images."""

MOST_PIXELS = 64_000_000
"""Pixels to hold at once; a JPEG counts as it is reduced while it is decoded."""

LARGEST_FILE = 256 * 2**20
"""Bytes."""

# Pictures above this are decoded one at a time, whatever the number of threads.
_LARGE_PIXELS = 8_000_000

# Formats that are told by their first bytes and decoded by Pillow itself; EPS, for example,
# would start another program on the file.
_FORMATS = ("JPEG", "MPO", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000", "AVIF")

# Files that are pictures to their owner, so that "not an image" would be the wrong word.
_PICTURE_ENDINGS = re.compile(
    r"\.(jpe?g?|png|gif|bmp|webp|tiff?|p[pgbn]m|jp2|avif|hei[cf]|svg|ico|tga|psd|eps"
    r"|dng|cr[23]|nef|arw|raw)",
    re.IGNORECASE,
)


def is_picture_name(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return _PICTURE_ENDINGS.fullmatch(os.path.splitext(name)[1]) is not None


class Unusable(Exception):
    """A picture cannot be taken; the text is the reason in a few words."""


def readable_formats() -> tuple[str, ...]:
    """Names of the formats that are read, of those that this Pillow knows."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def fingerprint_of(pixels: NDArray[np.uint8]) -> int:
    """64 bits that stand for pixels ``(height, width, 3)`` and their shape."""
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=8)
    digest.update(np.ascontiguousarray(pixels).data)
    return int.from_bytes(digest.digest(), "little")


class Picture(NamedTuple):
    """A square of pixels; the fingerprint of its file, or 0; its numbers if no bytes."""

    fingerprint: int
    pixels: NDArray[np.uint8]
    values: Values | None = None


def read_picture(path: Path, side: int, large: Lock, whites: Whites = BY_ITSELF) -> Picture:
    """Read and decode one file; ``large`` is held while a large picture is in memory."""
    try:
        status = path.stat()
        # A pipe would be waited for, and a device can be endless.
        if not stat.S_ISREG(status.st_mode):
            raise Unusable("not a regular file")
        if status.st_size == 0:
            raise Unusable("empty")
        with path.open("rb") as file:
            image = Image.open(file, formats=readable_formats())
            if status.st_size > LARGEST_FILE:
                raise Unusable(f"larger than {LARGEST_FILE >> 20} MB")
            place = file.tell()
            file.seek(0)
            digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).digest()
            file.seek(place)
            print_of = int.from_bytes(digest, "little")
            return decode(image, side, large, whites)._replace(fingerprint=print_of)
    except Unusable:
        raise
    except RangeUnknown as error:
        raise Unusable(str(error)) from None
    except UnidentifiedImageError:
        picture = is_picture_name(path.name)
        raise Unusable("damaged or of an unknown format" if picture else "not an image") from None
    except PermissionError:
        raise Unusable("not permitted to be read") from None
    except FileNotFoundError:
        raise Unusable("a link to nothing") from None
    except (Image.DecompressionBombError, MemoryError):
        raise Unusable(_TOO_LARGE) from None
    # Damaged files make the decoders raise almost anything.
    except Exception:
        raise Unusable("damaged or cut short") from None


def square_of(image: Image.Image, side: int) -> NDArray[np.uint8]:
    """The square in the middle of a picture, resized, uint8 ``(side, side, 3)``."""
    return decode(image, side).pixels


def decode(
    image: Image.Image, side: int, large: Lock | None = None, whites: Whites = BY_ITSELF
) -> Picture:
    """The square in the middle of a picture, resized: triangle filter, as wide as the reduction."""
    if min(image.size) < SMALLEST_SIDE:
        raise Unusable(f"smaller than {SMALLEST_SIDE} pixels")
    pixels = image.width * image.height
    # JPEG decodes to an eighth at no cost, unless it is progressive, which is held as a whole.
    # Twice the size is kept for the filter.
    image.draft(None, (2 * side, 2 * side))
    if "progressive" not in image.info:
        pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise Unusable(_TOO_LARGE)
    with large if large and pixels > _LARGE_PIXELS else contextlib.nullcontext():
        resizable, values = _resizable(image, whites)
        orientation = _orientation(image)
        image = resizable
        edge = min(image.size)
        if image.size != (side, side):
            left, top = (image.width - edge) / 2, (image.height - edge) / 2
            box = (left, top, left + edge, top + edge)
            image = image.resize((side, side), Image.Resampling.BILINEAR, box, reducing_gap=3.0)
    image = _over_white(image)
    # Turned when it is small, and told nothing else of the camera, which may be damaged.
    image.info.clear()
    image.getexif()[ExifTags.Base.Orientation] = orientation
    return Picture(0, np.asarray(ImageOps.exif_transpose(image)), values)


def colour_of(
    image: Image.Image, whites: Whites = BY_ITSELF
) -> tuple[NDArray[np.uint8], Values | None]:
    """Bytes ``(h, w, 3)`` of a picture of any mode, in its own size and as it lies; its numbers."""
    image, values = _resizable(image, whites)
    return np.asarray(_over_white(image)), values


def _over_white(image: Image.Image) -> Image.Image:
    """Colour of what `_resizable` gives."""
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


_TOO_LARGE = f"of more than {MOST_PIXELS // 10**6} million pixels"


def _resizable(image: Image.Image, whites: Whites) -> tuple[Image.Image, Values | None]:
    """The picture in a mode in which mixing neighbours is right: grey, colour, with alpha."""
    if is_deep(image):
        return load_deep(image, whites)
    image.load()
    if image.has_transparency_data or image.mode in ("PA", "La", "RGBa"):
        return image if image.mode == "RGBA" else image.convert("RGBA"), None
    if image.mode in ("L", "RGB"):
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _orientation(image: Image.Image) -> int:
    """How the camera was held; 1 if that is not said or not readable."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    # Damaged EXIF data raises almost anything, and the picture is fine without it.
    except Exception:
        return 1
