"""Pictures of more than 8 bits a channel: their numbers, and their bytes.

Pillow gives grey ones as numbers, but of coloured ones the high bytes alone, which are almost
black where fewer bits are in use. The same decoder gives the low bytes if it is told the other
order of bytes, so that such files are decoded twice.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archscout.images._value_range import LARGEST, Values, Whites, to_bytes

_NATIVE = {"little": "L", "big": "B"}[sys.byteorder]
_OTHER = {"L": "B", "B": "L"}
_COLOURS = ("RGB", "RGBA")
_PHOTOMETRIC = 262


class RangeUnknown(ValueError):
    """Numbers of a picture cannot be turned to bytes; the text is the reason in a few words."""


def is_deep(image: Image.Image) -> bool:
    """Whether a picture has more than 8 bits a channel."""
    return image.mode.startswith(("I", "F")) or _wide_mode(image) is not None


def load_deep(image: Image.Image, whites: Whites) -> tuple[Image.Image, Values | None]:
    """Turn a deep picture, not decoded yet, into one of 8 bits a channel.

    Its numbers come beside it; None where its file says which number is white, as bytes do.
    """
    if _wide_mode(image) is None:
        told = _says_white(image)
        grey = np.asarray(image)
        high = _highest(grey)
        values = None if told else Values("float" if grey.dtype.kind == "f" else "whole", high)
        white = float(LARGEST) if values is None else whites.of(values)
        pixels = to_bytes(grey, white)
        return Image.fromarray(255 - pixels if _white_is_zero(image) else pixels, "L"), values
    wide = _wide_colour(image)
    has_alpha = wide.shape[2] in (2, 4)
    colours, alpha = (wide[..., :-1], wide[..., -1:]) if has_alpha else (wide, None)
    values = Values("whole", float(colours.max()))
    white = whites.of(values)
    parts = [to_bytes(np.broadcast_to(colours, (*colours.shape[:2], 3)), white)]
    if alpha is not None:
        opaque = max(white, LARGEST if alpha.max() > white else 0)
        parts.append(to_bytes(alpha, opaque))
    return Image.fromarray(np.concatenate(parts, axis=2), "RGBA" if has_alpha else "RGB"), values


def _says_white(image: Image.Image) -> bool:
    """Whether a file says its largest value, so that Pillow scales by it: netpbm's of 16 bits.

    Pillow leaves them as they are where 65,535 is said, as programs say of fewer bits too.
    """
    tiles = getattr(image, "tile", ())
    return image.format == "PPM" and any(tile[0] != "raw" for tile in tiles)


def _white_is_zero(image: Image.Image) -> bool:
    """Whether a TIFF counts down from white; Pillow turns bytes alone."""
    return getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0


def _highest(values: NDArray[Any]) -> float:
    low, high = float(values.min()), float(values.max())
    if np.isnan(low) or np.isnan(high):
        raise RangeUnknown("with values that are not numbers")
    if low < 0:
        raise RangeUnknown("with negative values")
    if high > LARGEST:
        raise RangeUnknown(f"with values above {LARGEST:,}")
    return high


def _wide_mode(image: Image.Image) -> str | None:
    """How a file has colours of 16 bits: such as ``RGB;16B``; None if it has none."""
    tiles = getattr(image, "tile", None)
    if not tiles:
        return None
    kinds = {str(tile[3][0] if isinstance(tile[3], tuple) else tile[3]) for tile in tiles}
    mode, _, order = kinds.pop().partition(";16")
    known = mode in _COLOURS and order in ("L", "B", "N")
    return f"{mode};16{order}" if not kinds and (known or (mode, order) == ("LA", "B")) else None


def _wide_colour(image: Image.Image) -> NDArray[np.uint16]:
    """Numbers ``(h, w, c)`` of a file with colours of 16 bits."""
    kind = _wide_mode(image)
    assert kind is not None
    file: Any = getattr(image, "fp", None)
    if kind == "LA;16B":
        # Two channels of two bytes are read as four of one.
        _tell(image, "RGBA")
        four = np.asarray(image).astype(np.uint16)
        return _joined(four[..., 0::2], four[..., 1::2])
    place = file.tell()
    file.seek(0)
    other = Image.open(file, formats=[str(image.format)])
    order = _NATIVE if kind[-1] == "N" else kind[-1]
    _tell(other, kind[:-1] + _OTHER[order])
    low = np.asarray(other).astype(np.uint16)
    file.seek(place)
    return _joined(np.asarray(image).astype(np.uint16), low)


def _joined(high: NDArray[np.uint16], low: NDArray[np.uint16]) -> NDArray[np.uint16]:
    return np.add(np.left_shift(high, 8), low, dtype=np.uint16)


def _tell(image: Any, raw: str) -> None:
    """Have a file decoded as if its bytes were ordered so."""
    tiles = []
    for tile in image.tile:
        told = (raw, *tile[3][1:]) if isinstance(tile[3], tuple) else raw
        # Pillow before 11 has plain tuples.
        tiles.append(tile._replace(args=told) if hasattr(tile, "args") else (*tile[:3], told))
    image.tile = tiles
