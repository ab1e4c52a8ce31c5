"""Conformance kits: checks that any space, predictor, proxy, strategy or objective must pass.

They are for yours too.

Each kit is a function that raises `AssertionError` with one sentence for each promise that is
broken; call it from a test of your own.
"""

from __future__ import annotations

from archscout.testing._predictors import check_predictor
from archscout.testing._strategies import check_strategy
from archscout.testing._toy import ToySpace
from archscout.testing.objectives import check_objective
from archscout.testing.proxies import check_proxy
from archscout.testing.spaces import check_space

__all__ = [
    "ToySpace",
    "check_objective",
    "check_predictor",
    "check_proxy",
    "check_space",
    "check_strategy",
]
