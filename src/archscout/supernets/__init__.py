"""Supernets: one network with the weights of every architecture of a space.

`SUPERNETS` holds one for each space that has it; `make_supernet` makes it. PyTorch is loaded
when a supernet is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.supernets._registry import SUPERNETS, make_supernet

if TYPE_CHECKING:
    from archscout.supernets.accuracy import SupernetAccuracy
    from archscout.supernets.rounds import RoundPlan

__all__ = ["SUPERNETS", "RoundPlan", "SupernetAccuracy", "make_supernet"]
__getattr__ = lazily(__name__, {"RoundPlan": "rounds", "SupernetAccuracy": "accuracy"})
