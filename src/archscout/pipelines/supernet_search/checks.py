"""Refuses images and sizes that a search on a supernet cannot use, before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from archscout.errors import SettingsError
from archscout.images.images import Images
from archscout.pipelines import train as single_network
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings
from archscout.pipelines.unlabeled.sizes import build_settings
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.training.network_description import network_settings


def check_classes(images: Images) -> None:
    """Check that images are of two classes or more.

    Args:
        images: to search with.

    Raises:
        SettingsError: if classes are missing.
    """
    single_network.check_classes(images, "which a search by supernet accuracy needs")


def check_sizes(settings: SupernetSearchSettings, classes: int) -> dict[str, Any]:
    """Arguments of the space's ``build`` for the final network.

    Args:
        settings: of the search.
        classes: outputs of the classifier.

    Raises:
        UnknownNameError: if networks of the space have no such setting.
    """
    given = {**settings.supernet_settings, **settings.network}
    return network_settings(
        load_space(settings.space), build_settings(settings.space, given, classes)
    )


def check_counts(settings: SupernetSearchSettings, space: SearchSpace) -> None:
    """Check that a space has as many architectures as are asked for.

    Args:
        settings: of the search.
        space: the space.

    Raises:
        SettingsError: if it has fewer.
    """
    most = math.prod(space.option_counts.tolist())
    for name, count in (("first", settings.first), ("each", settings.each)):
        if count > most:
            raise SettingsError(
                f"got {name}={count}, but space {space.name!r} holds at most {most:,} "
                "architectures: ask for fewer"
            )


def check_network(space: SearchSpace, sizes: Mapping[str, Any], side: int) -> None:
    """Check that images go through the networks of a space.

    Args:
        space: the space, with its limits.
        sizes: arguments of the space's ``build``.
        side: height and width of the images, in pixels.

    Raises:
        SettingsError: if they do not, or the space has no such settings.
    """
    drawn = space.sample(np.random.default_rng(0), 1)[0]
    network = space.build(drawn, generator=torch.Generator(), **sizes)
    single_network.check_resolution(network, side)
