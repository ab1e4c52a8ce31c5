"""Supernets: one network with the weights of every architecture of a space.

`SUPERNETS` holds one for each space that has it; `make_supernet` makes it. PyTorch is loaded
when a supernet is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.supernets._registry import SUPERNETS, make_supernet

if TYPE_CHECKING:
    from archscout.spaces.darts._supernet import DARTSSupernet
    from archscout.spaces.mobilenet.supernet import mobilenet_supernet
    from archscout.spaces.nasbench201._supernet import NASBench201Supernet
    from archscout.spaces.nasbench_macro.supernet import nasbench_macro_supernet
    from archscout.supernets._random_labels import LabelSource, label_source, random_labels
    from archscout.supernets.accuracy import SupernetAccuracy
    from archscout.supernets.angle import Angle, make_angle
    from archscout.supernets.nulls import null_angle
    from archscout.supernets.round import Round
    from archscout.supernets.rounds import RoundPlan, SupernetRounds

__all__ = [
    "SUPERNETS",
    "Angle",
    "DARTSSupernet",
    "LabelSource",
    "NASBench201Supernet",
    "Round",
    "RoundPlan",
    "SupernetAccuracy",
    "SupernetRounds",
    "label_source",
    "make_angle",
    "make_supernet",
    "mobilenet_supernet",
    "nasbench_macro_supernet",
    "null_angle",
    "random_labels",
]
__getattr__ = lazily(
    __name__,
    {
        "Angle": "angle",
        "DARTSSupernet": "archscout.spaces.darts._supernet",
        "LabelSource": "_random_labels",
        "NASBench201Supernet": "archscout.spaces.nasbench201._supernet",
        "Round": "round",
        "SupernetRounds": "rounds",
        "label_source": "_random_labels",
        "make_angle": "angle",
        "mobilenet_supernet": "archscout.spaces.mobilenet.supernet",
        "nasbench_macro_supernet": "archscout.spaces.nasbench_macro.supernet",
        "null_angle": "nulls",
        "random_labels": "_random_labels",
        "RoundPlan": "rounds",
        "SupernetAccuracy": "accuracy",
    },
)
