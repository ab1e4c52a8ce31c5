"""Encodings: arrays made from architectures, and the properties of their graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.encodings.arrays import (
    MOST_MARKED,
    GraphEncoding,
    check_tokens,
    flow_graph,
    mark_options,
    one_hot,
    operation_positions,
    sequence_from_graph,
)

if TYPE_CHECKING:
    from archscout.encodings._graph_properties import GraphProperties, graph_properties

__getattr__ = lazily(
    __name__, dict.fromkeys(("GraphProperties", "graph_properties"), "_graph_properties")
)

__all__ = [
    "MOST_MARKED",
    "GraphEncoding",
    "GraphProperties",
    "check_tokens",
    "flow_graph",
    "graph_properties",
    "mark_options",
    "one_hot",
    "operation_positions",
    "sequence_from_graph",
]
