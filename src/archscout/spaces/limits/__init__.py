"""Limits on costs: what they are, exact draws within them, and the cost of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily

if TYPE_CHECKING:
    from archscout.spaces.limits._latency import LatencyTable, measure_latency
    from archscout.spaces.limits._limit import parse_limits


__all__ = [
    "LatencyTable",
    "measure_latency",
    "parse_limits",
]
__getattr__ = lazily(
    __name__,
    {
        "LatencyTable": "_latency",
        "measure_latency": "_latency",
        "parse_limits": "_limit",
    },
)
