"""Supernets: one network with the weights of every architecture of a space.

`SUPERNETS` holds one for each space that has it; `make_supernet` makes it. PyTorch is loaded
when a supernet is made.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from archscout.errors import SettingsError, unknown_name
from archscout.plugins import Entry, Registry
from archscout.spaces.base import SearchSpace

if TYPE_CHECKING:
    import torch

    from archscout.spaces._blocks.supernet import Supernet

_SOURCE = "Zhang et al., Neural Architecture Search with Random Labels, arXiv 2101.11834"

SUPERNETS = Registry(
    "supernet",
    {
        "nasbench201": Entry(
            "archscout.spaces.nasbench201.supernet:NASBench201Supernet",
            "three stages of cells, each with both convolutions on all six edges",
            _SOURCE,
        ),
        "darts": Entry(
            "archscout.spaces.darts.supernet:DARTSSupernet",
            "cells with seven operations on all 14 edges",
            _SOURCE,
        ),
        "mobilenet": Entry(
            "archscout.spaces.mobilenet.supernet:mobilenet_supernet",
            "21 places with six MobileNetV2 blocks each, and skips",
            _SOURCE,
        ),
        "nasbench-macro": Entry(
            "archscout.spaces.nasbench_macro.supernet:nasbench_macro_supernet",
            "eight places with two MobileNetV2 blocks and a skip each",
            "Su et al., CVPR 2021, doi 10.1109/cvpr46437.2021.01082",
        ),
    },
)


def make_supernet(
    space: SearchSpace | str, *, generator: torch.Generator | None = None, **settings: Any
) -> Supernet:
    """Make the supernet of a space.

    Args:
        space: the space or its name.
        generator: draws the initial weights; None leaves them to PyTorch's own state.
        settings: keyword arguments of the supernet's class, such as ``channels``.

    Returns:
        The supernet, in training mode.

    Raises:
        UnknownNameError: if the space has no supernet.
        SettingsError: if there is no such setting, or a value is out of range.

    Examples:
        >>> supernet = make_supernet("nasbench201", channels=4, cells=1)
        >>> supernet.path_shape
        (3, 6)
    """
    name = space if isinstance(space, str) else space.name
    known = [p for p in inspect.signature(SUPERNETS[name].load()).parameters if p != "generator"]
    for setting in settings:
        if setting not in known:
            error = unknown_name(f"setting of the supernet of space {name}", setting, known)
            raise SettingsError(str(error))
    made: Supernet = SUPERNETS.create(name, generator=generator, **settings)
    return made


__all__ = ["SUPERNETS", "make_supernet"]
