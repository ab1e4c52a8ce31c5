"""Names of classes: how those of two sets of images are matched."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from archscout.errors import SettingsError, listed
from archscout.images.images import Images

logger = logging.getLogger(__name__)


def match_classes(images: Images, train: Images, what: str) -> Images:
    """Number the targets of images by the classes of the training images.

    Args:
        images: with classes.
        train: the training images, with classes.
        what: the images are, for the user: "test".

    Returns:
        The images with these classes; those that they lack are said in a warning.

    Raises:
        SettingsError: if images have no classes, or a class of their own.

    Examples:
        >>> pixels = np.zeros((2, 4, 4, 3), np.uint8)
        >>> prints, targets = np.arange(2, dtype=np.uint64), np.array([0, 1])
        >>> train = Images(pixels, ("1", "2"), prints, targets, ("a", "b"))
        >>> test = Images(pixels[:1], ("1",), prints[:1], targets[:1], ("b",))
        >>> match_classes(test, train, "test").targets.tolist()
        [1]
    """
    classes = train.classes
    if images.targets is None:
        raise SettingsError(
            f"the {len(images):,} {what} images have no classes, expected those of the classes "
            f"{listed(classes)}: put them into one folder a class"
        )
    place = {name: number for number, name in enumerate(classes)}
    present = [images.classes[number] for number in np.unique(images.targets)]
    extra = [name for name in present if name not in place]
    missing = [name for name in classes if name not in set(present)]
    if extra:
        also = f", and lack {listed(missing)}" if missing else ""
        raise SettingsError(
            f"the {what} images have classes that the training images have not: {listed(extra)}"
            f"{also}; expected {listed(classes)}: take these images out, or name their folders "
            "alike"
        )
    if missing:
        logger.warning(
            "the %s images have none of class %s: accuracy on them says nothing about %s",
            what,
            listed(missing),
            "it" if len(missing) == 1 else "them",
        )
    numbers = np.array([place.get(name, -1) for name in images.classes], dtype=np.int64)
    return replace(images, targets=numbers[images.targets], classes=classes)
