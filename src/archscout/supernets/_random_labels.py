"""Labels for random-label search: random ones that stay with their image, and the ablations.

A random label depends on the image's content, the number of classes and the seed alone. Order,
names, a subset of the images or a resumed run do not change it; copies of an image share it.

Source:
    Neural Architecture Search with Random Labels (Zhang et al., CVPR 2021, arXiv 2101.11834):
    labels drawn uniformly once, as many classes as the true labels have. Deviation: there they
    are drawn in the order of the images from NumPy's global generator; here they come from a
    hash of each image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError, unknown_name
from archscout.images._images import Images
from archscout.images._mixing import mix

DEFAULT_CLASSES = 10
"""Random classes where no true ones say how many."""

KINDS = ("random", "redrawn", "true", "shuffled")

# Told apart, so that labels of one kind say nothing about another's of the same seed.
_RANDOM, _REDRAWN, _GIVES, _TAKES = 1, 2, 3, 4


def random_labels(fingerprints: NDArray[np.uint64], classes: int, seed: int) -> NDArray[np.int64]:
    """Uniform labels that depend on fingerprint, number of classes and seed alone.

    Args:
        fingerprints: uint64 ``(n,)``, as `Images.fingerprints`.
        classes: how many classes, 2 or more.
        seed: a whole number from 0.

    Returns:
        int64 ``(n,)`` from 0 to ``classes - 1``.

    Raises:
        SettingsError: if ``classes`` or ``seed`` is out of range.

    Examples:
        >>> random_labels(np.arange(8, dtype=np.uint64), classes=10, seed=0).tolist()
        [4, 0, 0, 2, 0, 1, 5, 7]
    """
    return _uniform(fingerprints, classes, seed, _RANDOM)


@dataclass(frozen=True, eq=False)
class LabelSource:
    """Labels of a set of images, epoch by epoch.

    Args:
        kind: one of `KINDS`.
        classes: how many classes there are.
        seed: what they are drawn with.
        fingerprints: uint64 ``(n,)`` of the images.
        fixed: int64 ``(n,)``, the labels of every epoch; None if each epoch has its own.
    """

    kind: str
    classes: int
    seed: int
    fingerprints: NDArray[np.uint64]
    fixed: NDArray[np.int64] | None

    def targets(self, epoch: int) -> NDArray[np.int64]:
        """Labels ``(n,)`` in an epoch, counted from 0; to be read only."""
        if self.fixed is not None:
            return self.fixed
        return _uniform(self.fingerprints, self.classes, self.seed, _REDRAWN, epoch)


def label_source(
    kind: str, images: Images, classes: int | None = None, seed: int = 0
) -> LabelSource:
    """The labels to train a supernet on.

    ``"random"`` are drawn once, ``"redrawn"`` anew each epoch, ``"true"`` are the images' own,
    ``"shuffled"`` the true ones dealt out to other images, so that each class keeps its size.

    Args:
        kind: one of `KINDS`.
        images: the images that are trained on.
        classes: how many; None takes as many as the images have, or 10 if they have no classes.
        seed: what random and shuffled labels are drawn with.

    Raises:
        UnknownNameError: if there is no such kind.
        SettingsError: if true labels are needed and missing, or ``classes`` is out of range or
            not the number of true ones.

    Examples:
        >>> from archscout.images import load_images
        >>> images = load_images(np.arange(3 * 64, dtype=np.uint8).reshape(3, 8, 8), resolution=8)
        >>> label_source("random", images).classes
        10
    """
    if kind not in KINDS:
        raise unknown_name("kind of labels", kind, KINDS)
    own = None if images.targets is None else len(images.classes)
    count = classes if classes is not None else own or DEFAULT_CLASSES
    if kind in ("true", "shuffled"):
        if images.targets is None or own is None:
            raise SettingsError(
                f"the {len(images):,} images have no classes, which {kind!r} needs: put them into "
                "one folder a class, or take 'random' labels"
            )
        if count != own:
            raise SettingsError(
                f"got {count} classes, expected the {own} of the images, as {kind!r} labels take "
                "no other number"
            )
    _check_classes(count)
    fixed: NDArray[np.int64] | None = None
    if kind == "random":
        fixed = random_labels(images.fingerprints, count, seed)
    elif kind == "true":
        fixed = images.targets
    elif kind == "shuffled" and images.targets is not None:
        fixed = _shuffled(images.targets, images.fingerprints, seed)
    return LabelSource(kind, count, seed, images.fingerprints, fixed)


def _shuffled(
    labels: NDArray[np.int64], fingerprints: NDArray[np.uint64], seed: int
) -> NDArray[np.int64]:
    """Deal labels out anew: two orders by hash, one that gives and one that takes.

    Ties are copies of an image, told apart by their label alone, so that the order of the images
    changes nothing but which copy gets which label.
    """
    gives = np.lexsort((labels, mix(fingerprints, seed, _GIVES)))
    takes = np.lexsort((labels, mix(fingerprints, seed, _TAKES)))
    dealt = np.empty_like(labels)
    dealt[takes] = labels[gives]
    return dealt


def _uniform(fingerprints: NDArray[np.uint64], classes: int, *keys: int) -> NDArray[np.int64]:
    _check_classes(classes)
    # The bias of the remainder is below classes / 2^64.
    return (mix(fingerprints, *keys, classes) % np.uint64(classes)).astype(np.int64)


def _check_classes(classes: int) -> None:
    if not 2 <= classes < 2**31:
        raise SettingsError(f"got {classes} classes, expected at least 2 to tell apart")
