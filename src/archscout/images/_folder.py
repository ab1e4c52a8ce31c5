"""Reads a folder of pictures, of any nesting, in several threads.

Classes are the names of the folders below, if there are at least two of them and no picture
lies outside.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ImageError
from archscout.images._decode import Picture, Unusable, read_picture
from archscout.images._even_draw import EvenDraw
from archscout.images._folder_listing import list_files
from archscout.images._images import Images, Skipped, describe_skipped, readable
from archscout.images._layout import Chosen, choose, doubts, find_layout
from archscout.images._request import Request
from archscout.images._value_range import Values, Whites, settle

logger = logging.getLogger(__name__)

# Files a task: enough that handing out costs nothing, few enough that progress moves.
_TASK = 32


def read_folder(folder: Path, request: Request) -> Images:
    """Read the pictures of a split of a folder, or all if it is not parted."""
    files, skipped = list_files(folder)
    where = str(folder)
    layout = find_layout(files)
    chosen = choose(layout, files, request, where)
    if request.split == "train":
        for doubt in doubts(layout, files, where):
            logger.warning("%s", doubt)
    skipped = [item for item in skipped if item.name.startswith(chosen.starts)]
    _tell_low_limit(chosen, request, where)
    draw = EvenDraw(chosen.names, chosen.class_of if request.classes else None, request.limit)
    pixels = request.room(draw.wanted)
    fingerprints = np.empty(draw.wanted, dtype=np.uint64)
    taken: list[str] = []
    numbers: list[Values | None] = []
    # A limit counts pictures, not files, so that more files are tried until it is met.
    while names := draw.next(taken):
        row = start = len(taken)
        for done in decode_files(folder, names, request, request.whites):
            for name, picture in zip(names[row - start :], done, strict=False):
                if isinstance(picture, str):
                    skipped.append(Skipped(name, picture))
                else:
                    pixels[len(taken)] = picture.pixels
                    fingerprints[len(taken)] = picture.fingerprint
                    taken.append(name)
                    numbers.append(picture.values)
                row += 1
            request.report(row if request.limit is None else len(taken), draw.wanted)
    whites = settle(numbers, request.whites)
    # A picture that was read by itself alone, and is to be as bright as the others, is read again.
    again = [
        place
        for place, values in enumerate(numbers)
        if values is not None and request.whites.of(values) != whites.of(values)
    ]
    names = [taken[place] for place in again]
    rows = iter(again)
    for done in decode_files(folder, names, request, whites):
        for picture in done:
            row = next(rows)
            if not isinstance(picture, str):
                pixels[row] = picture.pixels
    source = f"{folder}/{chosen.folder}" if chosen.folder else where
    if not taken:
        why = describe_skipped(skipped) or "it is empty"
        raise ImageError(f"no image could be read in the folder {source!r}: {why}")
    pixels, fingerprints = pixels[: len(taken)], fingerprints[: len(taken)]
    if request.limit is not None:
        order = sorted(range(len(taken)), key=taken.__getitem__)
        taken = [taken[place] for place in order]
        pixels, fingerprints = pixels[order], fingerprints[order]
    above = [chosen.class_of(name) if request.classes else "" for name in taken]
    targets, classes = targets_of(above, request.known)
    return Images(
        pixels,
        tuple(taken),
        fingerprints,
        targets,
        classes,
        tuple(sorted(skipped)),
        source,
        whites,
    )


def _tell_low_limit(chosen: Chosen, request: Request, where: str) -> None:
    """Warn where a limit leaves classes out."""
    kinds = len({chosen.class_of(name) for name in chosen.names})
    if request.classes and request.limit is not None and request.limit < kinds:
        logger.warning(
            "limit=%d is less than the %d classes in %s: some have no picture",
            request.limit,
            kinds,
            where,
        )


def targets_of(
    above: Sequence[str], known: Collection[str] = ()
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Targets and sorted classes by the folder of each picture; None if they are no classes.

    A picture outside of them has an empty name. One class is enough where some are known.
    """
    above = [readable(name) for name in above]
    classes = tuple(sorted(set(above)))
    if "" in classes or len(classes) < (1 if known else 2):
        return None, ()
    index = {name: place for place, name in enumerate(classes)}
    return np.array([index[name] for name in above], dtype=np.int64), classes


def decode_files(
    folder: Path, names: Sequence[str], request: Request, whites: Whites
) -> Iterator[list[Picture | str]]:
    """Decode files in several threads; of one that cannot be used, the reason is given."""
    large = Lock()

    def decode(start: int) -> list[Picture | str]:
        done: list[Picture | str] = []
        for name in names[start : start + _TASK]:
            try:
                done.append(read_picture(folder / name, request.side, large, whites))
            except Unusable as error:
                done.append(str(error))
        return done

    # Pillow warns of large and odd files; the reasons here say what became of them.
    with (
        warnings.catch_warnings(),
        ThreadPoolExecutor(request.workers or cores()) as pool,
    ):
        warnings.filterwarnings("ignore", module="PIL")
        yield from pool.map(decode, range(0, len(names), _TASK))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
