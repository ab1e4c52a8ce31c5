"""What needs no label: counts of the networks of a table, as the least baselines."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from archscout.errors import MissingMethodError
from archscout.spaces.base import Choices, SearchSpace

logger = logging.getLogger(__name__)

COUNTED = {"parameter count": "params_table", "MACs": "macs_table"}
"""Baselines that need no label, and the methods of a space that count them."""


def cost_counts(space: SearchSpace, choices: Choices) -> dict[str, NDArray[np.float64]]:
    """Parameters and MACs of all choices, ``(n,)`` each, by name.

    What the space does not count is left out, and so is what is the same for all: it would
    tie every architecture.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> counts = cost_counts(ToySpace(), ToySpace().all_choices()[:2])
        >>> {name: column.tolist() for name, column in counts.items()}
        {'parameter count': [1.0, 2.0], 'MACs': [10.0, 20.0]}
    """
    found = {}
    for name, method in COUNTED.items():
        try:
            counts = np.asarray(getattr(space, method)(choices), dtype=np.float64)
        except (MissingMethodError, NotImplementedError, TypeError) as error:
            logger.info("the baseline %s is left out: %s", name, error)
            continue
        if counts.shape != (len(choices),) or not np.isfinite(counts).all():
            logger.info("the baseline %s is left out: its counts are no finite numbers", name)
        elif len(counts) > 1 and counts.min() == counts.max():
            logger.info("the baseline %s is left out: all have %g", name, counts[0])
        else:
            found[name] = counts
    return found


def left_out(known: Iterable[str]) -> list[str]:
    """A warning for each baseline without labels that is not among the known ones.

    Examples:
        >>> left_out(["MACs"])
        ['the baseline parameter count is left out: the space does not count it, or all are equal']
    """
    there = set(known)
    return [
        f"the baseline {name} is left out: the space does not count it, or all are equal"
        for name in COUNTED
        if name not in there
    ]
