"""Reads images and their classes from ``.npz`` and ``.npy`` files; nothing pickled is ever read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ArchscoutError, ImageError, listed
from archscout.images._arrays import images_from_array
from archscout.images._images import Images
from archscout.images._request import Request

logger = logging.getLogger(__name__)

_SPLITS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
_IMAGES = ("x", "images", "image", "imgs", "data")
_TARGETS = ("y", "labels", "label", "targets", "target")


def _keys(split: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Usual names of arrays, in lower case: such as x_train, train_x and trainx."""
    pairs = [(kind, word) for kind in kinds for word in _SPLITS[split]]
    named = [name for a, b in pairs for name in (f"{a}_{b}", f"{b}_{a}", f"{a}{b}", f"{b}{a}")]
    return (*named, *kinds) if split == "train" else tuple(named)


_EXAMPLES = {
    "train": ("x_train", "x", "images", "train_images"),
    "validation": ("x_val", "val_images"),
    "test": ("x_test", "test_images"),
}
IMAGE_KEYS = {split: _keys(split, _IMAGES) for split in _SPLITS}
TARGET_KEYS = {split: _keys(split, _TARGETS) for split in _SPLITS}
CLASS_KEYS = ("classes", "class_names")


def read_array_file(path: Path, request: Request) -> Images:
    """Read a ``.npz`` or ``.npy`` file."""
    if path.suffix.lower() not in (".npz", ".npy"):
        raise ImageError(
            f"got the file {str(path)!r}, expected a folder of pictures, a file .npz or .npy, or "
            "IDX files"
        )
    split = request.split
    try:
        if path.suffix.lower() == ".npy":
            if split != "train":
                raise ImageError(f"{str(path)!r} holds one array: give the file of the test images")
            values = np.load(path, mmap_mode="r", allow_pickle=False)
            return images_from_array(values, request, name=path.name, source=str(path))
        with np.load(path, allow_pickle=False) as file:
            key = _key(file.files, IMAGE_KEYS[split])
            if key is None:
                raise ImageError(
                    f"{str(path)!r} holds {listed(file.files) or 'nothing'}, expected "
                    f"{' or '.join(_EXAMPLES[split])} for the {split} images"
                )
            values = file[key]
            count = len(values) if values.ndim else 0
            targets, classes = _targets(file, split, count) if request.classes else (None, ())
    except (ArchscoutError, OSError):
        raise
    # Damaged files raise almost anything.
    except Exception as error:
        raise ImageError(f"{str(path)!r} is no readable array file ({error})") from None
    return images_from_array(
        values,
        request,
        targets=targets,
        classes=classes,
        name=key,
        source=f"{path} ({key})",
    )


def splits_of_file(path: Path) -> tuple[str, ...]:
    """The splits that a file holds; those of one that cannot be read are told when it is read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return tuple(split for split, keys in IMAGE_KEYS.items() if _key(file.files, keys))
    except Exception:
        return ("train",)


def _key(present: Iterable[str], wanted: tuple[str, ...]) -> str | None:
    """The name in a file of the first wanted one, whatever its case."""
    names = {name.lower(): name for name in present}
    return next((names[key] for key in wanted if key in names), None)


def _targets(file: Any, split: str, n: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """The targets of a split and the names of the classes; None and none if it has none."""
    key = _key(file.files, TARGET_KEYS[split])
    if key is None:
        known = {*sum((*IMAGE_KEYS.values(), *TARGET_KEYS.values()), ()), *CLASS_KEYS}
        if others := [name for name in file.files if name.lower() not in known]:
            logger.warning(
                "no classes are read: %s is none of the names that they have, such as y_%s",
                listed(others),
                "val" if split == "validation" else split,
            )
        return None, ()
    # Classes come from all targets of the file, so that both splits number them alike.
    splits = [_column(file[k], k) for k in (_key(file.files, w) for w in TARGET_KEYS.values()) if k]
    targets = _column(file[key], key)
    if len(targets) != n:
        raise ImageError(f"got {len(targets)} targets in {key} for {n} images, expected one each")
    named = _key(file.files, CLASS_KEYS)
    names = [] if named is None else [str(name) for name in np.ravel(file[named])]
    return number(targets, names, np.concatenate(splits))


def number(
    targets: NDArray[Any], names: Iterable[str] = (), known: NDArray[Any] | None = None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Number targets ``(n,)``, whole numbers or texts, from 0 by their sorted values.

    With names of classes, targets are indices into them. ``known`` holds every value that counts
    as a class; None takes those of the targets.
    """
    names = tuple(names)
    if targets.dtype.kind in "iu" and len(targets):
        low, high = int(targets.min()), int(targets.max())
        if low < 0 or (names and high >= len(names)):
            top = f"{len(names) - 1}" if names else "the number of classes less one"
            raise ImageError(
                f"got targets from {low} to {high}, expected 0 to {top}: leave the targets out if "
                "some images have none"
            )
        if names:
            return targets.astype(np.int64), names
    values = np.unique(targets if known is None else known)
    return np.searchsorted(values, targets).astype(np.int64), tuple(map(str, values.tolist()))


def _column(values: NDArray[Any], key: str) -> NDArray[Any]:
    """Targets ``(n,)`` of ``(n,)`` or ``(n, 1)``."""
    column = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if column.ndim != 1 or column.dtype.kind not in "iuUb":
        raise ImageError(
            f"got {key} of {values.dtype} {values.shape}, expected one whole number or text an "
            "image"
        )
    return column
