"""What an angle is worth without any training: the angle between two fresh initialisations.

Source: a control of this project for random-label search (Zhang et al., CVPR 2021, arXiv
2101.11834). Independent weights are at right angles, so what is left of the angle is how much of
an architecture's vector is constant and how much is weights.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from archscout._common.own_state import own_state
from archscout.spaces._blocks.supernet import Supernet
from archscout.supernets.angle import Angle, make_angle


@own_state()
def null_angle(
    make: Callable[[torch.Generator], Supernet],
    seeds: tuple[int, int],
    *,
    pooling: bool = True,
    norms: bool = True,
    skips: bool = True,
) -> Angle:
    """Angles between two initialisations of a supernet that was never trained.

    Args:
        make: makes the supernet, its weights drawn from the generator.
        seeds: of the two initialisations; two different ones.
        pooling: see `make_angle`.
        norms: see `make_angle`.
        skips: see `make_angle`.

    Returns:
        The angles.

    Examples:
        >>> from archscout.supernets import make_supernet
        >>> null = null_angle(
        ...     lambda generator: make_supernet(
        ...         "nasbench201", channels=4, cells=1, generator=generator
        ...     ),
        ...     seeds=(0, 1),
        ... )
        >>> null.angles([make_supernet("nasbench201").space.parse("333333")]).round(1)
        array([1.2])
    """
    first, second = (make(torch.Generator().manual_seed(seed)) for seed in seeds)
    return make_angle(
        first,
        first.state_dict(),
        second.state_dict(),
        pooling=pooling,
        norms=norms,
        skips=skips,
    )
