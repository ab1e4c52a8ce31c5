"""Reads any PyTorch map-style dataset: items are an image, or a pair of image and class."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archscout.errors import ImageError
from archscout.images._arrays import colour, layout_of, numbers_of, resized
from archscout.images._decode import Unusable, colour_of, fingerprint_of
from archscout.images._deep import RangeUnknown
from archscout.images._even_draw import even_order
from archscout.images._files import number
from archscout.images._images import Images, Skipped, describe_skipped
from archscout.images._request import Request
from archscout.images._value_range import Values, Whites, settle

logger = logging.getLogger(__name__)


class Item(NamedTuple):
    """An item that was taken: its target if it is a whole number, its numbers if no bytes."""

    row: int
    fingerprint: int
    target: int | None
    pixels: NDArray[np.uint8]
    values: Values | None


def read_dataset(dataset: Any, request: Request) -> Images:
    """Read all items once, in this process: a dataset need not bear several threads.

    An image is a PIL image, or an array or tensor ``(h, w)``, ``(h, w, c)`` or ``(c, h, w)``, of
    bytes or of floats from 0 to 1. Classes are taken if every item has a number from 0 up; names
    from ``dataset.classes``. Items that raise an error are skipped. Fingerprints are of the pixels
    as the dataset gives them, so that it must give the same ones each time.
    """
    kind = type(dataset).__name__
    if not hasattr(dataset, "__getitem__") or not hasattr(dataset, "__len__"):
        raise ImageError(
            f"got images as {kind}, expected a folder, a file, an array, or a dataset with len() "
            "and dataset[i]"
        )
    rows = list(range(len(dataset)))
    if request.limit is not None:
        listed = _listed_targets(dataset, len(rows)) if request.classes else None
        rows = even_order([_name(row) for row in rows], listed)
    side, wanted = request.side, request.wanted(len(rows))
    pixels = request.room(wanted)
    taken: list[Item] = []
    skipped: list[Skipped] = []
    for row in rows:
        if len(taken) == wanted:
            break
        try:
            item = _read(dataset, row, side, request.whites)
            if not taken:
                _check_same(item, _read(dataset, row, side, request.whites), kind)
            taken.append(item)
        except Unusable as error:
            skipped.append(Skipped(_name(row), str(error)))
        request.report(len(taken), wanted)
    if not taken:
        why = describe_skipped(skipped) or "it is empty"
        raise ImageError(f"no image could be read from the {kind}: {why}")
    taken.sort(key=lambda item: item.row)
    whites = settle([item.values for item in taken], request.whites)
    for place, item in enumerate(taken):
        # An item that was read by itself alone is to be as bright as the others.
        if item.values is not None and request.whites.of(item.values) != whites.of(item.values):
            taken[place] = _read(dataset, item.row, side, whites)
    found = [item.target if request.classes else None for item in taken]
    targets, classes = _targets(found, getattr(dataset, "classes", ()))
    pixels = pixels[: len(taken)]
    for place, item in enumerate(taken):
        pixels[place] = item.pixels
    return Images(
        pixels,
        tuple(_name(item.row) for item in taken),
        np.array([item.fingerprint for item in taken], dtype=np.uint64),
        targets,
        classes,
        tuple(skipped),
        kind,
        whites,
    )


def _check_same(item: Item, again: Item, kind: str) -> None:
    """Refuse a dataset that gives another image the second time."""
    if again.fingerprint != item.fingerprint:
        raise ImageError(
            f"the {kind} gives another image when {_name(item.row)} is read again: leave its "
            "random transforms out, the training adds its own"
        )


def _listed_targets(dataset: Any, count: int) -> list[str] | None:
    """Targets of all items, where a dataset tells them without its images; None if not."""
    found: Any = getattr(dataset, "targets", None)
    if hasattr(found, "tolist"):
        found = found.tolist()
    return list(map(str, found)) if isinstance(found, list) and len(found) == count else None


def _name(row: int) -> str:
    return f"item[{row}]"


def _read(dataset: Any, row: int, side: int, whites: Whites) -> Item:
    try:
        item = dataset[row]
    # A dataset is the user's own code: what it raises for one image must not end the rest.
    except Exception as error:
        raise Unusable(f"raised {type(error).__name__}") from None
    image, target = item, None
    if isinstance(item, tuple | list) and item:
        image, target = item[0], _whole(item[1]) if len(item) > 1 else None
    pixels, values = _pixels(image, row, whites)
    return Item(row, fingerprint_of(pixels), target, resized(pixels, side), values)


def _pixels(image: Any, row: int, whites: Whites) -> tuple[NDArray[np.uint8], Values | None]:
    """Bytes ``(h, w, 3)`` of an image, and its numbers if they are no bytes."""
    if isinstance(image, Image.Image):
        try:
            return colour_of(image, whites)
        except RangeUnknown as error:
            raise Unusable(str(error)) from None
    if hasattr(image, "detach"):
        image = image.detach().cpu().numpy()
    if not isinstance(image, np.ndarray) or image.size == 0:
        raise ImageError(
            f"{_name(row)} is a {type(image).__name__}, expected a PIL image, an array or a "
            "tensor, alone or in a pair with its class"
        )
    try:
        values = image[None]
        layout, numbers = layout_of(values.shape), numbers_of(values)
        if numbers is not None and values.dtype == np.uint8:
            return colour(values, layout, 255)[0], None
        white = 1.0 if numbers is None else whites.of(numbers)
        return colour(values, layout, white)[0], numbers
    except ImageError as error:
        raise ImageError(f"{_name(row)}: {error}") from None


def _whole(target: Any) -> int | None:
    """The target if it is a whole number: of Python, NumPy or a tensor of one."""
    if hasattr(target, "detach") or isinstance(target, np.ndarray):
        target = target.item() if target.ndim == 0 else None
    return int(target) if isinstance(target, int | np.integer) else None


def _targets(
    targets: Sequence[int | None], names: Any
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    known = [target for target in targets if target is not None and target >= 0]
    if len(known) < len(targets):
        if known:
            logger.warning(
                "%d of %d items have no class: classes are not used",
                len(targets) - len(known),
                len(targets),
            )
        return None, ()
    fits = isinstance(names, list | tuple) and len(names) > max(known)
    return number(np.array(known), map(str, names) if fits else ())
