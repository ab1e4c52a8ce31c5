"""Pipelines: from pictures to a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.pipelines._train import TrainedNetwork, train_network
    from archscout.pipelines.supernet_search import SupernetSearchSettings, search_supernet
    from archscout.pipelines.unlabeled import UnlabeledSettings, search_unlabeled

__all__ = [
    "SupernetSearchSettings",
    "TrainedNetwork",
    "UnlabeledSettings",
    "search_supernet",
    "search_unlabeled",
    "train_network",
]
__getattr__ = lazily(
    __name__,
    {
        "TrainedNetwork": "_train",
        "SupernetSearchSettings": "supernet_search",
        "UnlabeledSettings": "unlabeled",
        "search_supernet": "supernet_search",
        "search_unlabeled": "unlabeled",
        "train_network": "_train",
    },
)
