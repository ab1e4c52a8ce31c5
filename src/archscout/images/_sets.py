"""The images of a data set by splits: to train on, held out, and for the test at the end."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from archscout._common.paths import at_home
from archscout.errors import listed
from archscout.images._class_names import match_classes
from archscout.images._files import splits_of_file
from archscout.images._folder_listing import list_files
from archscout.images._idx import is_idx, splits_of_idx
from archscout.images._images import Images
from archscout.images._layout import find_layout
from archscout.images._request import Progress
from archscout.images.load import load_images

logger = logging.getLogger(__name__)


class ImageSets(NamedTuple):
    """Images by splits, with the same classes.

    Args:
        train: to learn from.
        validation: held out; None if the data set has none, so that a share is to be taken.
        test: looked at once at the end; None if there are none.
    """

    train: Images
    validation: Images | None = None
    test: Images | None = None

    def summary(self) -> str:
        """What was read, a line a split.

        Examples:
            >>> ImageSets(load_images(np.full((2, 8, 8), 9, dtype=np.uint8))).summary()
            'read 2 images (32x32, no classes), skipped 0'
        """
        lines = [self.train.summary()]
        for name, images in (("held out", self.validation), ("test", self.test)):
            if images is not None:
                lines.append(f"{name}: {images.summary()} ({images.source})")
        return "\n".join(lines)


def load_sets(
    source: object,
    *,
    resolution: int | None = None,
    limit: int | None = None,
    classes: bool = True,
    validation: object | None = None,
    test: object | None = None,
    progress: Progress | None = None,
) -> ImageSets:
    """Read the parts of a data set that there are.

    Args:
        source: see `load_images`; its own splits are read as validation and test images.
        resolution: height and width of the result in pixels; None takes 32.
        limit: read at most so many of each split, evenly over the classes.
        classes: False leaves classes out, and with them validation and test images.
        validation: where the validation images are instead; False for none.
        test: where the test images are instead; False for none.
        progress: called with the images read so far and the total, of each split.

    Returns:
        The images. Classes are those of the training images; those that other splits lack are
        said in a warning. Splits without classes are left out with one, unless they were given.

    Raises:
        ImageError: if there is nothing to read, or its form is not understood.
        SettingsError: if an argument is out of range, or a split has classes of its own.
        MemoryShortageError: if the images do not fit into memory.

    Examples:
        >>> load_sets(np.full((3, 8, 8), 9, dtype=np.uint8)).test is None
        True
    """
    settings: dict[str, Any] = {"resolution": resolution, "limit": limit, "progress": progress}
    train = load_images(source, classes=classes, **settings)
    if train.targets is None:
        return ImageSets(train)
    present = splits_in(source)
    found: dict[str, Images | None] = {"validation": None, "test": None}
    for split, given in (("validation", validation), ("test", test)):
        if given is not None and given is not False:
            found[split] = match_classes(load_images(given, like=train, **settings), train, split)
        elif given is None and split in present:
            images = load_images(source, split=split, like=train, **settings)
            if images.targets is None:
                logger.warning(
                    "the %s images in %s have no classes: they are left out", split, images.source
                )
                continue
            found[split] = match_classes(images, train, split)
    for split, other in found.items():
        _tell_copies(train, other, split)
    return ImageSets(train, **found)


def splits_in(source: object) -> tuple[str, ...]:
    """The splits that files hold; ``("train",)`` for what is not parted."""
    if not isinstance(source, str | Path):
        return ("train",)
    path = at_home(source)
    if is_idx(path):
        return splits_of_idx(path)
    if not path.is_dir():
        return splits_of_file(path)
    return tuple(find_layout(list_files(path)[0]).splits) or ("train",)


def _tell_copies(train: Images, other: Images | None, split: str) -> None:
    """Warn of images that were learnt from and are scored too."""
    if other is None:
        return
    copies = np.flatnonzero(np.isin(other.fingerprints, train.fingerprints))
    if len(copies):
        names = [other.names[row] for row in copies.tolist()]
        logger.warning(
            "%d of %d %s images are among the training images too: %s",
            len(copies),
            len(other),
            split,
            listed(names, 3),
        )
