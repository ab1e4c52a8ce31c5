"""Architectures as graphs in the form in which they are written, and graphs read back.

`forms.flow_form` keeps what a cell computes and drops the rest; a decoder has to write the rest
too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archscout.encodings import MOST_MARKED, GraphEncoding, sequence_from_graph
from archscout.errors import SettingsError
from archscout.predictors._parts.forms import flow_form
from archscout.spaces.base import Choices, SearchSpace


class WrittenGraph:
    """Reads choices as graphs and writes graphs back as choices.

    The graph is the space's ``"graph"``; one without any graph is a chain with a vertex for
    every decision. Graphs can be written back if the space reads ``"sequence"`` tokens, or if
    it is such a chain.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self.chain = not {"graph", "flow"} & set(space.encodings)
        # Options that share an operation cannot be told apart again.
        small = int(space.option_counts.max(initial=0)) <= MOST_MARKED
        self.writable = small if self.chain else {"graph", "sequence"} <= set(space.encodings)

    def read(self, choices: Choices) -> GraphEncoding:
        """Graphs of choices ``(n, positions)``; an edge that exists is 1."""
        if "graph" in self.space.encodings:
            graph: GraphEncoding = self.space.encode(choices, "graph")
            return graph
        graph = flow_form(self.space, choices)
        return GraphEncoding(graph.adjacency.clip(max=1), graph.operations, graph.vocabulary)

    def check_writable(self) -> None:
        """Raise `SettingsError` for a space that cannot read graphs back."""
        if not self.writable:
            raise SettingsError(
                f"space {self.space.name!r} cannot read a graph back, expected one with the "
                "encodings 'graph' and 'sequence', or with no graph and at most "
                f"{MOST_MARKED} options a decision: use another predictor"
            )

    def write(self, graph: GraphEncoding) -> tuple[Choices, NDArray[np.bool_]]:
        """Read ``n`` graphs in the form that `read` gives back, or raise `SettingsError`.

        Choices ``(n, positions)`` and, ``(n,)``, which graphs are valid architectures (rows
        of the others are zero). A vertex that is ``"absent"`` loses its edges.
        """
        self.check_writable()
        if self.chain:
            return self._write_chain(graph.operations)
        adjacency, operations = graph.adjacency.copy(), graph.operations.copy()
        if "absent" in graph.vocabulary:
            rows, vertices = np.nonzero(operations == graph.vocabulary.index("absent"))
            adjacency[rows, vertices] = 0
            adjacency[rows, :, vertices] = 0
            operations[rows, vertices] = 1
        sequence = sequence_from_graph(GraphEncoding(adjacency, operations, graph.vocabulary))
        return self.space.decode(sequence, "sequence")

    def _write_chain(self, operations: NDArray[np.int64]) -> tuple[Choices, NDArray[np.bool_]]:
        counts = self.space.option_counts
        options = operations[:, 1:-1] - (np.cumsum(counts) - counts + 1)
        valid: NDArray[np.bool_] = np.all((options >= 0) & (options < counts), axis=1)
        choices = np.where(valid[:, None], options, 0).astype(self.space.choice_dtype)
        valid &= self.space.valid(choices)
        choices[~valid] = 0
        return choices, valid
