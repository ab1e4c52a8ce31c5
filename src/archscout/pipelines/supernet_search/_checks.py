"""Refuses images and sizes that a search on a supernet cannot use, before anything is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from archscout.errors import SettingsError
from archscout.pipelines._train import check_resolution
from archscout.pipelines.supernet_search.settings import SupernetSearchSettings
from archscout.pipelines.unlabeled._sizes import build_settings
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.training._network_description import network_settings


def check_sizes(settings: SupernetSearchSettings, classes: int) -> dict[str, Any]:
    """Arguments of the space's ``build`` for the final network."""
    given = {**settings.supernet_settings, **settings.network}
    return network_settings(
        load_space(settings.space), build_settings(settings.space, given, classes)
    )


def check_counts(settings: SupernetSearchSettings, space: SearchSpace) -> None:
    """Refuse to ask for more architectures than a space has."""
    most = math.prod(space.option_counts.tolist())
    for name, count in (("first", settings.first), ("each", settings.each)):
        if count > most:
            raise SettingsError(
                f"got {name}={count}, but space {space.name!r} holds at most {most:,} "
                "architectures: ask for fewer"
            )


def check_network(space: SearchSpace, sizes: Mapping[str, Any], side: int) -> None:
    """Refuse images that do not go through the networks of a space."""
    drawn = space.sample(np.random.default_rng(0), 1)[0]
    network = space.build(drawn, generator=torch.Generator(), **sizes)
    check_resolution(network, side)
