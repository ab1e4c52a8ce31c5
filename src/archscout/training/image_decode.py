"""One picture to a square of colour pixels: any mode, any size, right way up.

Colour profiles are not applied. Transparent pixels are laid over white. Of moving pictures the
first frame is taken.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import stat
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

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

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def is_picture_name(name: str) -> bool:
    """Whether a file is a picture by its name.

    Examples:
        >>> is_picture_name("a/1.JPG"), is_picture_name("a/1.txt")
        (True, False)
    """
    return _PICTURE_ENDINGS.fullmatch(PurePosixPath(name).suffix) is not None


class Unusable(Exception):
    """A picture cannot be taken; the text is the reason in a few words."""


def readable_formats() -> tuple[str, ...]:
    """Names of the formats that are read, of those that this Pillow knows."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def fingerprint_of(pixels: NDArray[np.uint8]) -> int:
    """64 bits that stand for pixels ``(height, width, 3)`` and their shape.

    Examples:
        >>> fingerprint_of(np.zeros((2, 3, 3), np.uint8)) == fingerprint_of(
        ...     np.zeros((3, 2, 3), np.uint8))
        False
    """
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=8)
    digest.update(np.ascontiguousarray(pixels).data)
    return int.from_bytes(digest.digest(), "little")


def read_picture(path: Path, side: int, large: Lock) -> tuple[int, NDArray[np.uint8]]:
    """Read and decode one file.

    Args:
        path: the file.
        side: height and width of the result in pixels.
        large: held while a large picture is decoded, so that memory holds one at a time.

    Returns:
        The fingerprint of the file's content, and uint8 ``(side, side, 3)``.

    Raises:
        Unusable: if it is no picture or cannot be used; it gives the reason.
    """
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
            return int.from_bytes(digest, "little"), square_of(image, side, large)
    except Unusable:
        raise
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


def square_of(image: Image.Image, side: int, large: Lock | None = None) -> NDArray[np.uint8]:
    """The square in the middle of a picture, resized: triangle filter, as wide as the reduction.

    Args:
        image: of any mode and size.
        side: height and width of the result in pixels.
        large: held while a large picture is decoded.

    Returns:
        uint8 ``(side, side, 3)``.

    Raises:
        Unusable: if the picture is too small, too large, or of values whose range is not known.
    """
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
        image.load()
        turn = _TURNS.get(_orientation(image))
        image = _resizable(image)
        edge = min(image.size)
        if image.size != (side, side):
            left, top = (image.width - edge) / 2, (image.height - edge) / 2
            box = (left, top, left + edge, top + edge)
            image = image.resize((side, side), Image.Resampling.BILINEAR, box, reducing_gap=3.0)
    image = _over_white(image)
    return np.asarray(image if turn is None else image.transpose(turn))


def colour_of(image: Image.Image) -> NDArray[np.uint8]:
    """Bytes ``(h, w, 3)`` of a picture of any mode, in its own size and as it lies.

    Raises:
        Unusable: if its values are of a range that is not known.
    """
    return np.asarray(_over_white(_resizable(image)))


def _over_white(image: Image.Image) -> Image.Image:
    """Colour of what `_resizable` gives."""
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


_TOO_LARGE = f"of more than {MOST_PIXELS // 10**6} million pixels"


def _resizable(image: Image.Image) -> Image.Image:
    """The picture in a mode in which mixing neighbours is right: grey, colour, with alpha."""
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.has_transparency_data or image.mode in ("PA", "La", "RGBa"):
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits to 8; 32 bits and floats only if they fit in 16, or in 0 to 1."""
    values: NDArray[Any] = np.asarray(image)
    low, high = values.min(), values.max()
    top = 1.0 if image.mode == "F" else 65535.0
    if not (low >= 0 and high <= top):
        raise Unusable("of numbers whose range is not known")
    scaled = values.astype(np.float32)
    scaled *= np.float32(255.0 / top)
    return Image.fromarray(np.rint(scaled, out=scaled).astype(np.uint8), "L")


def _orientation(image: Image.Image) -> int:
    """How the camera was held; 1 if that is not said or not readable."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    # Damaged EXIF data raises almost anything, and the picture is fine without it.
    except Exception:
        return 1
