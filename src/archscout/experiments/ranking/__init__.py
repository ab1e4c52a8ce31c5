"""Predictors side by side: label counts, paired seeds, intervals, tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.experiments.ranking.splits import SizeSplit, split_by_size


__all__ = [
    "SizeSplit",
    "split_by_size",
]
__getattr__ = lazily(
    __name__,
    {
        "SizeSplit": "splits",
        "split_by_size": "splits",
    },
)
