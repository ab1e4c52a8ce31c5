"""Images from arrays in memory, in the forms that are common.

Grey or colour, channels first or last, whole numbers of up to 16 bits, or floats from 0 to 1 or to
255. What fits two forms is refused, with a word on how to tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archscout.errors import ImageError
from archscout.images._decode import SMALLEST_SIDE, fingerprint_of, square_of
from archscout.images._even_draw import even_rows
from archscout.images._images import Images
from archscout.images._request import Request
from archscout.images._value_range import LARGEST, Values, settle, to_bytes

Layout = Literal["grey", "last", "first"]

_CHANNELS = (1, 3, 4)
_FORM = "expected (n, h, w), (n, h, w, c) or (n, c, h, w) with 1, 3 or 4 channels"
_RANGE = "expected numbers from 0: bytes, up to 16 bits, or floats up to 1 or 255"
_CHUNK = 1024


def images_from_array(
    values: Any,
    request: Request,
    *,
    targets: NDArray[np.int64] | None = None,
    classes: Sequence[str] = (),
    name: str = "array",
    source: str = "an array",
) -> Images:
    """Make images of an array or tensor ``(n, h, w)``, ``(n, h, w, c)`` or ``(n, c, h, w)``."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    values = np.asarray(values)
    if values.ndim == 0:
        raise ImageError(f"got a single number in {source}, {_FORM}")
    if len(values) == 0:
        raise ImageError(f"there are no images in {source}: its shape is {values.shape}")
    layout = layout_of(values.shape)
    sides = values.shape[2:] if layout == "first" else values.shape[1:3]
    if min(sides) < SMALLEST_SIDE:
        raise ImageError(
            f"got images of {sides[0]}x{sides[1]} pixels in {source}, expected at least "
            f"{SMALLEST_SIDE} a side"
        )
    numbers = numbers_of(values)
    if numbers is not None and numbers.kind == "whole" and numbers.high == 1:
        raise ImageError(
            f"got {values.dtype} from 0 to 1 in {source}: multiply by 255, or turn them to floats, "
            "if 1 is white"
        )
    whites = settle([numbers], request.whites)
    white = 1.0 if numbers is None else whites.of(numbers)
    names = [f"{name}[{row}]" for row in range(len(values))]
    targets = targets if request.classes else None
    side, rows = request.side, np.arange(len(values))
    if (wanted := request.wanted(len(values))) < len(values):
        rows = even_rows(names, targets, wanted)
    fingerprints = np.empty(len(rows), dtype=np.uint64)
    passes = values.dtype == np.uint8 and values.shape[1:] == (side, side, 3)
    # What training can read as it lies is not copied; a file is not kept open for it.
    ready = values.flags.c_contiguous and values.flags.writeable
    whole = passes and ready and len(rows) == len(values) and not isinstance(values, np.memmap)
    pixels = values if whole else request.room(len(rows))
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        coloured = colour(values[chunk], layout, white)
        for place, image in enumerate(coloured, start):
            fingerprints[place] = fingerprint_of(image)
            if not whole:
                pixels[place] = resized(image, side)
        request.report(start + len(chunk), len(rows))
    return Images(
        pixels,
        tuple(names[row] for row in rows),
        fingerprints,
        None if targets is None else targets[rows],
        tuple(classes) if targets is not None else (),
        source=source,
        whites=whites,
    )


def layout_of(shape: Sequence[int]) -> Layout:
    """Where the channels are; raises `ImageError` for a shape of no images, or one of two forms."""
    shape = tuple(shape)
    if not shape:
        raise ImageError(f"got a single number, {_FORM}")
    first, last = len(shape) == 4 and shape[1] in _CHANNELS, shape[-1] in _CHANNELS
    if len(shape) == 3 and last:
        raise ImageError(
            f"got an array of shape {shape}, which looks like one image: {_FORM}; put an axis "
            "for the images before the others"
        )
    if len(shape) not in (3, 4) or (len(shape) == 4 and not first and not last):
        raise ImageError(f"got an array of shape {shape}, {_FORM}")
    if first and last:
        raise ImageError(
            f"got an array of shape {shape}, whose channels can be first or last: give images of "
            "more pixels"
        )
    return "grey" if len(shape) == 3 else "first" if first else "last"


def numbers_of(values: NDArray[Any]) -> Values | None:
    """What numbers an array holds; None for booleans, of which True is white."""
    kind = values.dtype.kind
    if kind == "b":
        return None
    if kind not in "iuf":
        raise ImageError(f"got an array of {values.dtype}, {_RANGE}")
    low, high = float(values.min()), float(values.max())
    if np.isnan(low):
        bad = np.flatnonzero(np.isnan(values).reshape(len(values), -1).any(axis=1))
        raise ImageError(
            f"{len(bad):,} of {len(values):,} images hold values that are not numbers (NaN), the "
            f"first at place {bad[0]}: leave them out, or put numbers in their place"
        )
    got = f"got {values.dtype} from {low:g} to {high:g}, {_RANGE}"
    if low < 0:
        raise ImageError(f"{got}: undo the normalisation, or add what makes the lowest value 0")
    if high > LARGEST:
        raise ImageError(f"{got}: divide them by what is white")
    return Values("float" if kind == "f" else "whole", high)


def colour(values: NDArray[Any], layout: Layout, white: float) -> NDArray[np.uint8]:
    """Bytes ``(n, h, w, 3)`` of images; alpha is laid over white."""
    if layout == "grey":
        values = values[..., None]
    elif layout == "first":
        values = np.moveaxis(values, 1, 3)
    pixels = values if values.dtype == np.uint8 and white == 255 else to_bytes(values, white)
    if pixels.shape[3] == 4:
        alpha = pixels[..., 3:].astype(np.uint16)
        over = pixels[..., :3] * alpha + 255 * (255 - alpha)
        pixels = ((over + 127) // 255).astype(np.uint8)
    return np.broadcast_to(pixels, (*pixels.shape[:3], 3))


def resized(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The square in the middle of ``(h, w, 3)``, resized."""
    if image.shape == (side, side, 3):
        return image
    return square_of(Image.fromarray(np.ascontiguousarray(image)), side)
