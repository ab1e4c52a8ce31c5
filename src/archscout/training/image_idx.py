"""Reads IDX files, as MNIST and Fashion-MNIST are published, plain or gzipped.

Source: the format's description on the page of the MNIST database (LeCun, Cortes and Burges).
Debian's package ``dataset-fashion-mnist`` installs such files in
``/usr/share/datasets/fashion-mnist``.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ImageError
from archscout.training.image_arrays import images_from_array
from archscout.training.image_files import number
from archscout.training.image_request import Request
from archscout.training.images import Images

_BYTES = 8
_CHUNK = 2**20
_PREFIXES = {"train": "train", "test": "t10k"}
_KIND = "-images-idx3-ubyte"
_LABELS = "-labels-idx1-ubyte"


def is_idx(path: Path) -> bool:
    """Whether a file, or a file in a folder, is named as published IDX images are."""
    if path.is_dir():
        return any(_find(path, prefix + _KIND) for prefix in _PREFIXES.values())
    return _KIND in path.name


def read_idx_images(path: Path, request: Request) -> Images:
    """Read the images of a folder of IDX files, or one file, with the labels beside it.

    Raises:
        ImageError: if a file is missing, damaged, or of another form.
    """
    images, part = path, request.part
    if path.is_dir():
        found = _find(path, _PREFIXES[part] + _KIND)
        if found is None:
            raise ImageError(
                f"the folder {str(path)!r} has no {_PREFIXES[part]}{_KIND}.gz for the {part} images"
            )
        images = found
    elif part != "train":
        raise ImageError(f"{str(path)!r} is one file of images: give the folder, or the test file")
    beside = _find(images.parent, images.name.removesuffix(".gz").replace(_KIND, _LABELS))
    values = read_idx(images, 3)
    labels: NDArray[np.int64] | None = None
    classes: tuple[str, ...] = ()
    if beside is not None:
        read = read_idx(beside, 1)
        if len(read) != len(values):
            raise ImageError(
                f"got {len(read)} labels in {str(beside)!r} for {len(values)} images in "
                f"{str(images)!r}, expected one each"
            )
        labels, classes = number(read)
    return images_from_array(
        values,
        request,
        labels=labels,
        classes=classes,
        name=images.name.removesuffix(".gz"),
        source=str(images),
    )


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read one IDX file of bytes.

    Args:
        path: the file, gzipped or not.
        dimensions: how many axes it must have.

    Returns:
        uint8 of the shape that the file gives.

    Raises:
        ImageError: if it is damaged or of another form.
    """
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not zipped:
                return _parse(file, path, dimensions)
            with gzip.open(file) as opened:
                return _parse(cast("IO[bytes]", opened), path, dimensions)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ImageError(f"the IDX file {str(path)!r} is damaged ({error})") from None


def _parse(file: IO[bytes], path: Path, dimensions: int) -> NDArray[np.uint8]:
    head = file.read(4)
    if head != bytes([0, 0, _BYTES, dimensions]):
        raise ImageError(
            f"{str(path)!r} begins with {head.hex() or 'nothing'}, expected "
            f"{bytes([0, 0, _BYTES, dimensions]).hex()}: an IDX file of bytes with {dimensions} "
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


def _find(folder: Path, name: str) -> Path | None:
    """The file of that name, gzipped or not; None if there is none."""
    files = (folder / f"{name}.gz", folder / name)
    return next((file for file in files if file.is_file()), None)
