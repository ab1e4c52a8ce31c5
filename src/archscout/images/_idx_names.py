"""Names of IDX files as they are published: MNIST, Fashion-MNIST, EMNIST, KMNIST and their copies.

A dot or a dash may stand before ``idx3``, the file may be gzipped, what unpacked it may have put
it into a folder of its own name, and a data set may have its name in front.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path

from archscout.images._split_names import SPLITS, split_of
from archscout.images._system_files import is_system_name

EXAMPLES = {
    "train": "train-images-idx3-ubyte.gz",
    "validation": "validation-images-idx3-ubyte.gz",
    "test": "t10k-images-idx3-ubyte.gz",
}
"""A usual name of each split."""

_NAME = r"(.*?)(?:{0})(?:[-._ ]?(?:idx{1}?|ubyte|bin))*(?: ?\(\d\))?"
_IMAGES = re.compile(_NAME.format("images?|imgs?", 3), re.IGNORECASE)
_TARGETS = re.compile(_NAME.format("labels?|lbls?", 1), re.IGNORECASE)
# Without one of these a name may be of anything, such as a folder of pictures.
_SAYS_IDX = re.compile(r"idx|ubyte", re.IGNORECASE)
_DEEPEST = 3
_MOST_FOLDERS = 4


def is_idx_name(name: str) -> bool:
    """Whether a file is named as IDX images are."""
    return _SAYS_IDX.search(name) is not None and _IMAGES.fullmatch(_plain(name)) is not None


def _is_targets_name(name: str) -> bool:
    return _SAYS_IDX.search(name) is not None and _TARGETS.fullmatch(_plain(name)) is not None


def find_idx(folder: Path) -> dict[str, list[Path]]:
    """Files of IDX images in a folder, by the split that their names say, in the order of `SPLITS`.

    Folders that hold nothing but a few others are passed through. Files of no split are for
    training.
    """
    found: dict[str, Path] = {}
    for file in _files_below(folder):
        # Of a file and its gzipped copy one is taken.
        found.setdefault(_key(_IMAGES, file.name), file)
    splits: dict[str, list[Path]] = {split: [] for split in SPLITS}
    for key, file in sorted(found.items()):
        said = split_of(key)
        splits["train" if said is None else said.split].append(file)
    return {split: files for split, files in splits.items() if files}


def targets_beside(images: Path) -> Path | None:
    """The file of classes that belongs to a file of images; None if there is none."""
    if not is_idx_name(images.name):
        return None
    key = _key(_IMAGES, images.name)
    folders = [images.parent]
    if is_idx_name(images.parent.name):
        folders.append(images.parent.parent)
    for folder in folders:
        for file in _files(folder, _is_targets_name):
            if _key(_TARGETS, file.name) == key:
                return file
    return None


def _files_below(folder: Path, deep: int = 0) -> list[Path]:
    """Files of images in a folder, or where loaders put them within: ``MNIST/raw``."""
    found = _files(folder, is_idx_name)
    if found or deep == _DEEPEST:
        return found
    entries = [entry for entry in os.scandir(folder) if not is_system_name(entry.name)]
    if len(entries) > _MOST_FOLDERS:
        return []
    # What cannot be looked into is told by the reader of pictures.
    with contextlib.suppress(OSError):
        if all(entry.is_dir() for entry in entries):
            return [file for entry in entries for file in _files_below(Path(entry.path), deep + 1)]
    return []


def _files(folder: Path, named: Callable[[str], bool]) -> list[Path]:
    """Files so named in a folder, and in folders so named within; gzipped ones first."""
    found = []
    for entry in os.scandir(folder):
        if not named(entry.name):
            continue
        path = Path(entry.path)
        if entry.is_file():
            found.append(path)
        elif entry.is_dir():
            found += [Path(e.path) for e in os.scandir(path) if e.is_file() and named(e.name)]
    return sorted(found, key=lambda path: (path.suffix.lower() != ".gz", str(path)))


def _plain(name: str) -> str:
    return re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)


def _key(kind: re.Pattern[str], name: str) -> str:
    """What a file of images and its classes have in common: "emnist-letters-train"."""
    matched = kind.fullmatch(_plain(name))
    return "" if matched is None else re.sub(r"[-._ ]+", "-", matched[1]).strip("-").lower()
