"""Names of classes: how those of two sets of images are matched."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from archscout.errors import SettingsError, listed
from archscout.images._images import Images

logger = logging.getLogger(__name__)


def match_classes(images: Images, train: Images, what: str) -> Images:
    """Number the targets of images by the classes of the training images.

    What the training images have and these lack is said in a warning. ``what`` the images are is
    for the user: "test".

    Raises:
        SettingsError: if images have no classes, or a class of their own.
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
