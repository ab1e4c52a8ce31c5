"""Architectures whose chosen operations cannot learn: pooling, skips, or no path at all.

A rule that orders architectures without training them, and a small table too, can put one first.
A space says which of its operations have weights in ``learnable``, names of options or of its
graph's operations; of a space without that attribute nothing is said.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    forward, back = _reached(feeds, 0), _reached(feeds.T[::-1, ::-1], 0)[::-1]
    if not forward[-1]:
        return None
    return [name for name, live in zip(names, forward & back, strict=True) if live]


def _reached(feeds: NDArray[np.bool_], start: int) -> NDArray[np.bool_]:
    """Vertices that are fed, directly or not, by ``start``; they feed later ones only."""
    reached = np.zeros(len(feeds), dtype=np.bool_)
    reached[start] = True
    for vertex in range(start, len(feeds)):
        if reached[vertex]:
            reached |= feeds[vertex]
    return reached
