"""Messages along and against the edges of cell graphs, and two ways to read the cell off them.

Every vertex carries a vector, first that of its operation. In each round a vertex sums messages
from the vertices that feed it and from those that it feeds, and updates its vector with a gated
recurrent unit. All members of an ensemble and all graphs of a batch are one dense batch.

Source:
    The encoder of Lukasik et al., Neural Architecture Performance Prediction Using Graph Neural
    Networks, GCPR 2020, arXiv 2010.10024: an embedding of operations, messages in both
    directions with a gated recurrent unit, a gated sum over the vertices. Deviations: a message
    depends on its sender alone; vertices on no path from input to output are left out.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from archscout.predictors._parts.forms import flow_form
from archscout.predictors._parts.network import uniform
from archscout.predictors._parts.perceptron import Perceptron
from archscout.spaces.base import Choices, SearchSpace


def encode_graphs(space: SearchSpace, choices: Choices) -> tuple[Tensor, Tensor, Tensor]:
    """What `GraphMessages` and its readouts see of choices ``(n, positions)``.

    How often one vertex feeds another ``(n, v, v)``, which operation each vertex has
    ``(n, v, vocabulary)``, one-hot, and 1 for each live vertex, else 0 ``(n, v)``. Input
    and output are always live.
    """
    graph = flow_form(space, choices)
    feeds = graph.adjacency.astype(np.float32)
    live = (feeds.sum(axis=1) > 0).astype(np.float32)
    live[:, [0, -1]] = 1.0
    marked = np.eye(len(graph.vocabulary), dtype=np.float32)[graph.operations]
    return torch.from_numpy(feeds), torch.from_numpy(marked), torch.from_numpy(live)


class GraphMessages(nn.Module):
    """Vectors of the vertices after some rounds of messages, each with weights of its own."""

    def __init__(
        self, *, members: int, operations: int, hidden: int, rounds: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.members, self.hidden, self.rounds = members, hidden, rounds
        self.operation = nn.Parameter(
            torch.randn((members, operations, hidden), generator=generator)
        )

        def weights(rows: int, columns: int) -> nn.ParameterList:
            shape = (members, rows, columns)
            return nn.ParameterList(uniform(shape, hidden**-0.5, generator) for _ in range(rounds))

        self.along, self.against = weights(hidden, hidden), weights(hidden, hidden)
        self.heard, self.heard_bias = weights(hidden, 3 * hidden), weights(1, 3 * hidden)
        self.kept, self.kept_bias = weights(hidden, 3 * hidden), weights(1, 3 * hidden)

    def forward(self, feeds: Tensor, marked: Tensor) -> Tensor:
        """Vectors ``(members, n, v, hidden)``; arguments as `encode_graphs` makes them."""
        n, vertices = feeds.shape[:2]
        backwards, forwards = feeds, feeds.transpose(1, 2)
        carried = torch.matmul(marked.reshape(n * vertices, -1), self.operation)

        def from_neighbours(joined: Tensor, message: Tensor) -> Tensor:
            # Members share a graph: side by side in one row they need one product a graph.
            rows = message.view(self.members, n, vertices, self.hidden).permute(1, 2, 0, 3)
            summed = torch.bmm(joined, rows.reshape(n, vertices, -1))
            summed = summed.view(n, vertices, self.members, self.hidden)
            return summed.permute(2, 0, 1, 3).reshape(self.members, n * vertices, self.hidden)

        for number in range(self.rounds):
            messages = from_neighbours(forwards, carried @ self.along[number])
            messages = messages + from_neighbours(backwards, carried @ self.against[number])
            heard = torch.baddbmm(self.heard_bias[number], messages, self.heard[number])
            kept = torch.baddbmm(self.kept_bias[number], carried, self.kept[number])
            carried = _gated_recurrent_unit(heard, kept, carried)
        return carried.view(self.members, n, vertices, self.hidden)


def _gated_recurrent_unit(heard: Tensor, kept: Tensor, carried: Tensor) -> Tensor:
    """The next state ``(..., hidden)`` of what came and what was kept, ``(..., 3 * hidden)``."""
    reset_heard, update_heard, new_heard = heard.chunk(3, dim=-1)
    reset_kept, update_kept, new_kept = kept.chunk(3, dim=-1)
    reset = torch.sigmoid(reset_heard + reset_kept)
    update = torch.sigmoid(update_heard + update_kept)
    new = torch.tanh(new_heard + reset * new_kept)
    return new + update * (carried - new)


class GatedSum(nn.Module):
    """The sum over live vertices of a gate times a linear map of the vertex's vector."""

    def __init__(
        self, *, members: int, hidden: int, outputs: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        shape, scale = (members, hidden, 2 * outputs), hidden**-0.5
        self.weight = uniform(shape, scale, generator)
        self.bias = uniform((members, 1, 2 * outputs), scale, generator)

    def forward(self, vectors: Tensor, live: Tensor) -> Tensor:
        """Vectors of graphs ``(members, n, outputs)`` of ``(members, n, v, hidden)``."""
        members, n, vertices, hidden = vectors.shape
        both = torch.baddbmm(self.bias, vectors.reshape(members, -1, hidden), self.weight)
        gate, value = both.view(members, n, vertices, -1).chunk(2, dim=-1)
        return (torch.sigmoid(gate) * value * live[..., None]).sum(dim=2)


class VertexLSTM(nn.Module):
    """The last state of a long short-term memory that reads the live vertices in order."""

    def __init__(
        self, *, members: int, hidden: int, outputs: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        scale = outputs**-0.5
        self.read = uniform((members, hidden, 4 * outputs), scale, generator)
        self.keep = uniform((members, outputs, 4 * outputs), scale, generator)
        self.bias = uniform((members, 1, 4 * outputs), scale, generator)

    def forward(self, vectors: Tensor, live: Tensor) -> Tensor:
        """States ``(members, n, outputs)`` of vectors ``(members, n, v, hidden)``."""
        members, n, vertices, hidden = vectors.shape
        read = torch.baddbmm(self.bias, vectors.reshape(members, -1, hidden), self.read)
        read = read.view(members, n, vertices, -1)
        state = vectors.new_zeros((members, n, self.keep.shape[1]))
        cell = torch.zeros_like(state)
        for vertex in range(vertices):
            gates = torch.baddbmm(read[:, :, vertex], state, self.keep)
            enter, forget, leave, new = gates.chunk(4, dim=-1)
            # The LSTM passes dead vertices by: nothing is computed there.
            passed = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
            here = live[:, vertex, None]
            cell = cell + here * (passed - cell)
            state = state + here * (torch.sigmoid(leave) * torch.tanh(cell) - state)
        return state


class GraphScores(nn.Module):
    """Messages, a readout of each graph's vector and a perceptron: raw scores of graphs."""

    def __init__(
        self, messages: GraphMessages, readout: GatedSum | VertexLSTM, head: Perceptron
    ) -> None:
        super().__init__()
        self.messages, self.readout, self.head = messages, readout, head

    def forward(self, feeds: Tensor, marked: Tensor, live: Tensor) -> Tensor:
        """Scores ``(members, n)``; arguments as `encode_graphs` makes them."""
        scores: Tensor = self.head(self.readout(self.messages(feeds, marked), live))
        return scores
