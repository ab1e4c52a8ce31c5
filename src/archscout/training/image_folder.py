"""Reads a folder of pictures, of any nesting, in several threads.

Labels are the names of the folders on the first level, as in torchvision's ``ImageFolder``, if
there are at least two of them and no picture lies outside.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ImageError, SettingsError
from archscout.training.folder_listing import list_files
from archscout.training.image_decode import Unusable, read_picture
from archscout.training.image_request import Request
from archscout.training.images import Images, Skipped, describe_skipped
from archscout.training.mixing import hash_of_name

logger = logging.getLogger(__name__)

# Files a task: enough that handing out costs nothing, few enough that progress moves.
_TASK = 32

_SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})


def read_folder(folder: Path, request: Request) -> Images:
    """Read all pictures below a folder.

    Raises:
        ImageError: if no picture is left; it names the first reasons.
        SettingsError: if the test part is asked for.
    """
    if request.part != "train":
        raise SettingsError(
            "part='test' is for .npz files and IDX folders: give the folder of the test images "
            f"instead of {str(folder)!r}"
        )
    names, skipped = list_files(folder)
    if request.limit is not None:
        names.sort(key=hash_of_name)
    wanted = request.wanted(len(names))
    pixels = request.room(wanted)
    fingerprints = np.empty(wanted, dtype=np.uint64)
    taken: list[str] = []
    tried = 0
    # A limit counts pictures, not files, so that more files are tried until it is met.
    while len(taken) < wanted and tried < len(names):
        row = start = len(taken)
        part = names[tried : tried + wanted - start]
        tried += len(part)
        for reasons in _decode(folder, part, (pixels[start:], fingerprints[start:]), request):
            for reason in reasons:
                name = part[row - start]
                if reason:
                    skipped.append(Skipped(name, reason))
                else:
                    # Rows move up over skipped ones, in place: a copy would double the memory.
                    if row != len(taken):
                        pixels[len(taken)] = pixels[row]
                        fingerprints[len(taken)] = fingerprints[row]
                    taken.append(name)
                row += 1
            request.report(row if request.limit is None else len(taken), wanted)
    if not taken:
        why = describe_skipped(skipped) or "it is empty"
        raise ImageError(f"no image could be read in the folder {str(folder)!r}: {why}")
    pixels, fingerprints = pixels[: len(taken)], fingerprints[: len(taken)]
    if request.limit is not None:
        order = sorted(range(len(taken)), key=taken.__getitem__)
        taken = [taken[place] for place in order]
        pixels, fingerprints = pixels[order], fingerprints[order]
    labels, classes = labels_of(taken)
    return Images(
        pixels, tuple(taken), fingerprints, labels, classes, tuple(sorted(skipped)), str(folder)
    )


def labels_of(names: Sequence[str]) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Labels from the folders on the first level; None if they do not look like classes.

    Args:
        names: ``n`` paths of pictures within the folder.

    Returns:
        int64 ``(n,)`` or None, and the sorted names of the classes.

    Examples:
        >>> labels_of(["cat/1.png", "cat/old/2.png", "dog/1.png"])
        (array([0, 0, 1]), ('cat', 'dog'))
        >>> labels_of(["cat/1.png", "dog/1.png", "1.png"])
        (None, ())
    """
    above = [name.partition("/")[0] if "/" in name else "" for name in names]
    classes = tuple(sorted(set(above)))
    if "" in classes or len(classes) < 2:
        return None, ()
    if all(name.lower() in _SPLITS for name in classes):
        logger.warning(
            "the folders %s look like parts of a data set, not like classes: all their images are "
            "taken, without labels; give one of these folders to take its images only",
            ", ".join(classes),
        )
        return None, ()
    index = {name: place for place, name in enumerate(classes)}
    return np.array([index[name] for name in above], dtype=np.int64), classes


def _decode(
    folder: Path,
    names: Sequence[str],
    into: tuple[NDArray[np.uint8], NDArray[np.uint64]],
    request: Request,
) -> Iterator[list[str]]:
    """Fill a row of pixels and fingerprints for each file, task by task.

    Yields the reasons of a task's files, in order: empty for one that is taken. Threads, because
    Pillow lets others run while it decodes, and they fill the arrays in place, where processes
    would have to send every image.
    """
    pixels, fingerprints = into
    large = Lock()

    def decode(start: int) -> list[str]:
        reasons = []
        for row in range(start, min(start + _TASK, len(names))):
            try:
                file = folder / names[row]
                fingerprints[row], pixels[row] = read_picture(file, request.side, large)
                reasons.append("")
            except Unusable as error:
                reasons.append(str(error))
        return reasons

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
