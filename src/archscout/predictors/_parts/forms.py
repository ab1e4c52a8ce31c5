"""The forms in which the networks of this package see the architectures of any space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archscout.encodings import MOST_MARKED, GraphEncoding, flow_graph
from archscout.spaces.base import Choices, SearchSpace, TokenSpec


@dataclass(frozen=True)
class TokenForm:
    """Reads and writes architectures as token sequences.

    Spaces that have no token encoding of that name get one token a decision: option index
    plus 1, with 0 as the start.
    """

    space: SearchSpace
    kind: str

    @property
    def spec(self) -> TokenSpec:
        """Length, vocabulary and mask of the sequences."""
        if self.kind in self.space.encodings:
            return self.space.token_spec(self.kind)
        counts = self.space.option_counts
        token = np.arange(int(counts.max()) + 1)
        return TokenSpec((token[None] > 0) & (token[None] <= counts[:, None]))

    def write(self, choices: Choices) -> NDArray[np.int64]:
        """Tokens ``(n, length)`` of choices ``(n, positions)``."""
        if self.kind in self.space.encodings:
            tokens: NDArray[np.int64] = self.space.encode(choices, self.kind)
            return tokens
        return choices.astype(np.int64) + 1

    def read(self, tokens: NDArray[np.int64]) -> Choices:
        """Choices of those sequences that are valid architectures, in order."""
        if self.kind in self.space.encodings:
            written, valid = self.space.decode(tokens, self.kind)
            return written[valid]
        read = tokens - 1
        inside = ((read >= 0) & (read < self.space.option_counts)).all(axis=1)
        choices: Choices = read[inside].astype(self.space.choice_dtype)
        return choices[self.space.valid(choices)]


def flow_form(space: SearchSpace, choices: Choices) -> GraphEncoding:
    """The computation of each architecture as a graph.

    A space without a ``"flow"`` or ``"graph"`` encoding is read as a chain: one vertex a
    decision, in order, with an operation for every option of every decision; of more than 512
    options, next ones share an operation.

    Args:
        space: the space.
        choices: ``(n, positions)``.

    Returns:
        ``n`` graphs; of what computes nothing only its vertex is left.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> space = ToySpace()
        >>> flow_form(space, space.all_choices()[:1]).adjacency[0].sum()
        np.int64(5)
    """
    if "flow" in space.encodings:
        graph: GraphEncoding = space.encode(choices, "flow")
        return graph
    if "graph" in space.encodings:
        return flow_graph(space.encode(choices, "graph"))
    counts = np.minimum(space.option_counts, MOST_MARKED)
    names = ["input"]
    for variable, count in zip(space.variables, counts.tolist(), strict=True):
        starts = -(-np.arange(count) * len(variable.texts) // count)
        names += [f"{variable.name}={variable.texts[start]}" for start in starts]
    vertices = len(counts) + 2
    shared = choices.astype(np.int64) * counts // space.option_counts
    operations = np.zeros((len(choices), vertices), dtype=np.int64)
    operations[:, 1:-1] = shared + np.cumsum(counts) - counts + 1
    operations[:, -1] = len(names)
    adjacency = np.zeros((len(choices), vertices, vertices), dtype=np.int8)
    along = np.arange(vertices - 1)
    adjacency[:, along, along + 1] = 1
    return GraphEncoding(adjacency, operations, (*names, "output"))


def structure_targets(graph: GraphEncoding) -> NDArray[np.float32]:
    """What can be counted on a graph without training it, ``(n, operations + 2)``.

    Live vertices of each operation, the longest path and the logarithm of the number of
    paths, each column with mean 0 and standard deviation 1 over the batch (0 if constant).
    """
    feeds = graph.adjacency.astype(np.float64)
    n, vertices = graph.operations.shape
    paths, depth = np.zeros((n, vertices)), np.zeros((n, vertices))
    paths[:, 0] = 1.0
    for vertex in range(1, vertices):
        reads = feeds[:, :vertex, vertex]
        paths[:, vertex] = (reads * paths[:, :vertex]).sum(axis=1)
        depth[:, vertex] = ((reads > 0) * (depth[:, :vertex] + 1)).max(axis=1)
    live = feeds.sum(axis=1) > 0
    kinds = np.arange(len(graph.vocabulary))
    marked: NDArray[np.bool_] = graph.operations[:, :, None] == kinds
    counts = (marked & live[:, :, None]).sum(axis=1)
    columns = np.column_stack([counts, depth[:, -1], np.log1p(paths[:, -1])])
    spread = columns.std(axis=0) if n else np.ones(columns.shape[1])
    centred = columns - (columns.mean(axis=0) if n else 0.0)
    scaled = np.where(spread > 0, centred / np.where(spread > 0, spread, 1.0), 0.0)
    return scaled.astype(np.float32)
