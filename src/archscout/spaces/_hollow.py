"""Architectures whose chosen operations cannot learn: pooling, skips, or no path at all.

A rule that orders architectures without training them, and a small table too, can put one first.
A space says which of its operations have weights in ``learnable``, names of options or of its
graph's operations; of a space without that attribute nothing is said.
"""

from __future__ import annotations

import numpy as np

from archscout.spaces._blocks.graph_drawing import live_vertices
from archscout.spaces.base import Architecture, SearchSpace

_NOTHING = ("none", "absent")


def hollow(space: SearchSpace, arch: Architecture) -> str:
    """Say without a full stop why an architecture cannot learn; empty if nothing is known."""
    learnable = getattr(space, "learnable", None)
    if learnable is None:
        return ""
    chosen = _on_a_path(space, arch)
    if chosen is None:
        return (
            "no path leads from its input to its output, so that its network gives the same for "
            "every image"
        )
    if any(name in learnable for name in chosen):
        return ""
    return (
        "none of its operations on a path from its input to its output can learn, so that only "
        "the fixed layers around them do"
    )


def warnings_of(space: SearchSpace, arch: Architecture) -> list[str]:
    """What a reader must be told beside an architecture, in a list; see `hollow`."""
    said = hollow(space, arch)
    return [f"the architecture has nothing to learn with: {said}"] if said else []


def _on_a_path(space: SearchSpace, arch: Architecture) -> list[str] | None:
    """Names of the operations on paths from input to output; None if there is no path."""
    if "graph" not in space.encodings:
        pairs = zip(space.variables, arch.choices, strict=True)
        return [variable.options[choice] for variable, choice in pairs]
    graph = space.encode([arch], "graph")
    names = [graph.vocabulary[operation] for operation in graph.operations[0]]
    there = np.array([name not in _NOTHING for name in names])
    feeds = (np.asarray(graph.adjacency[0]) > 0) & there[:, None] & there
    live = live_vertices(feeds)
    return [names[vertex] for vertex in np.flatnonzero(live)] if live.any() else None
