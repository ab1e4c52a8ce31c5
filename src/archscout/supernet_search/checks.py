"""Refuses images that a search on a supernet cannot use, before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from archscout.spaces.base import SearchSpace
from archscout.training.images import Images
from archscout.training.single_network import check_labels, check_resolution


def check_images(
    images: Images, test: Images | None, space: SearchSpace, sizes: Mapping[str, Any]
) -> None:
    """Check labels, classes and resolution.

    Args:
        images: to search with.
        test: test images, or None.
        space: the space, with its limits.
        sizes: arguments of the space's ``build``.

    Raises:
        SettingsError: if something does not fit.
    """
    check_labels(images, test, "which a search by supernet accuracy needs")
    drawn = space.sample(np.random.default_rng(0), 1)[0]
    check_resolution(space.build(drawn, generator=torch.Generator(), **sizes), images.side)
