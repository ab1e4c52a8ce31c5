"""Pipelines: from pictures to a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.pipelines.supernet_search import SupernetSearchSettings, search_supernet
    from archscout.pipelines.train import train_network
    from archscout.pipelines.unlabeled import UnlabeledSettings, search_unlabeled

__all__ = [
    "SupernetSearchSettings",
    "UnlabeledSettings",
    "search_supernet",
    "search_unlabeled",
    "train_network",
]
__getattr__ = lazily(
    __name__,
    {
        "SupernetSearchSettings": "supernet_search",
        "UnlabeledSettings": "unlabeled",
        "search_supernet": "supernet_search",
        "search_unlabeled": "unlabeled",
        "train_network": "train",
    },
)
