"""Reads IDX files, as MNIST and Fashion-MNIST are published, plain or gzipped.

Source: the format's description on the page of the MNIST database (LeCun, Cortes and Burges).
Debian's package ``dataset-fashion-mnist`` installs such files in
``/usr/share/datasets/fashion-mnist``.
"""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ImageError, listed
from archscout.images._arrays import images_from_array
from archscout.images._files import number
from archscout.images._idx_names import EXAMPLES, find_idx, is_idx_name, targets_beside
from archscout.images._images import Images
from archscout.images._request import Request

_BYTES = 8
_CHUNK = 2**20
_GZIP = b"\x1f\x8b"


def is_idx(path: Path) -> bool:
    """Whether a file holds IDX images, or a folder holds files named as published ones are."""
    if path.is_dir():
        return bool(find_idx(path))
    return (path.is_file() and _head(path) in (_magic(3), _magic(1))) or is_idx_name(path.name)


def splits_of_idx(path: Path) -> tuple[str, ...]:
    """The splits that IDX files hold."""
    return tuple(find_idx(path)) if path.is_dir() else ("train",)


def read_idx_images(path: Path, request: Request) -> Images:
    """Read the images of a folder of IDX files, or one file, with the classes beside it."""
    images, split = path, request.split
    if path.is_dir():
        files = find_idx(path)
        found = files.get(split, [])
        if len(found) != 1:
            names = [file.name for these in files.values() for file in these]
            raise ImageError(
                f"the folder {str(path)!r} holds {listed(names)}: expected one file of {split} "
                f"images, as {EXAMPLES[split]}{'' if not found else '; give one of these files'}"
            )
        images = found[0]
    elif split != "train":
        raise ImageError(
            f"{str(path)!r} is one file of images: give the folder, or the {split} file"
        )
    if _head(images) == _magic(1):
        raise ImageError(f"{str(images)!r} holds classes: give the file of the images")
    values = read_idx(images, 3)
    targets: NDArray[np.int64] | None = None
    classes: tuple[str, ...] = ()
    beside = targets_beside(images) if request.classes else None
    if beside is not None:
        read = read_idx(beside, 1)
        if len(read) != len(values):
            raise ImageError(
                f"got {len(read)} targets in {str(beside)!r} for {len(values)} images in "
                f"{str(images)!r}, expected one each"
            )
        targets, classes = number(read)
    return images_from_array(
        values,
        request,
        targets=targets,
        classes=classes,
        name=images.name.removesuffix(".gz"),
        source=str(images),
    )


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read one IDX file of bytes, gzipped or not, that must have so many axes."""
    try:
        with _opened(path) as file:
            return _parse(file, path, dimensions)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ImageError(f"the IDX file {str(path)!r} is damaged ({error})") from None


def _parse(file: IO[bytes], path: Path, dimensions: int) -> NDArray[np.uint8]:
    head = file.read(4)
    if head != _magic(dimensions):
        raise ImageError(
            f"{str(path)!r} begins with {head.hex() or 'nothing'}, expected "
            f"{_magic(dimensions).hex()}: an IDX file of bytes with {dimensions} "
            f"ax{'i' if dimensions == 1 else 'e'}s"
        )
    sizes = file.read(4 * dimensions)
    shape = [int.from_bytes(sizes[at : at + 4], "big") for at in range(0, 4 * dimensions, 4)]
    expected = math.prod(shape)
    # In pieces: a damaged head can ask for more than memory holds.
    content = bytearray()
    while len(content) <= expected and (piece := file.read(_CHUNK)):
        content += piece
    if len(sizes) < 4 * dimensions or len(content) != expected:
        more = "more" if len(content) > expected else f"{len(content):,}"
        raise ImageError(
            f"the IDX file {str(path)!r} says that it holds {expected:,} bytes and holds {more}: "
            "fetch it again"
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A file, gzipped or not, to read its content."""
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP
        file.seek(0)
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if zipped else file


def _magic(dimensions: int) -> bytes:
    return bytes([0, 0, _BYTES, dimensions])


def _head(path: Path) -> bytes:
    """The first bytes of a file, gzipped or not; none if it cannot be read."""
    try:
        with _opened(path) as file:
            return file.read(4)
    except (OSError, EOFError, zlib.error):
        return b""
