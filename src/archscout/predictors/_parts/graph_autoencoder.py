"""A variational graph isomorphism auto-encoder: cell graphs to vectors of vertices and back.

Source:
    arch2vec: Yan et al., Does Unsupervised Architecture Representation Learning Help Neural
    Architecture Search?, NeurIPS 2020, arXiv 2006.06936, section 3; its layers: Xu et al., How
    Powerful are Graph Neural Networks?, ICLR 2019, arXiv 1810.00826. Deviations, for speed:
    width 64 in place of 128, 3 layers in place of 4, wide batches on a one-cycle schedule. For
    the decoder's sake: an edge is ``u M v + b`` with a learnt matrix and a bias of its own,
    where the paper has ``u v``, which cannot tell who feeds whom (NAS-Bench-101 cells that are
    rebuilt exactly, one seed, 4 layers: .28 without, .64 with); its loss is taken over the upper
    triangle, since the rest is fixed; operations are judged by cross-entropy, as a vertex has
    one; the decoder writes only operations that it has seen at a vertex and leaves alone the
    edges that all architectures share. The log-variance is one (the released code takes its
    exponential for a deviation).
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.encodings import GraphEncoding
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.network import dropout, uniform
from archscout.spaces.base import Choices

# Graphs a block when there is nothing to learn: their vectors stay in the processor's cache.
_BLOCK = 1024


class Graphs(NamedTuple):
    """Graphs as tensors: adjacency ``(n, v, v)`` of 0 and 1, one-hot operations ``(n, v, o)``."""

    adjacency: Tensor
    operations: Tensor

    def pick(self, rows: Tensor | slice) -> Graphs:
        """Some of the graphs."""
        return Graphs(self.adjacency[rows], self.operations[rows])


def tensors_of(graph: GraphEncoding) -> Graphs:
    """The tensors of encoded graphs."""
    operations = torch.from_numpy(graph.operations.astype(np.int64))
    return Graphs(
        torch.from_numpy(graph.adjacency.astype(np.float32)),
        nn.functional.one_hot(operations, len(graph.vocabulary)).float(),
    )


class Sizes(Protocol):
    """A predictor whose parameters say how large its auto-encoder is."""

    hidden: int
    layers: int
    latent: int
    dropout: float
    kl: float


class GraphAutoencoder(nn.Module):
    """Encoder of graph isomorphism layers, and decoder of operations and edges.

    All graphs have the vertices, v, and operations, o, of the ``graph`` that it is made with;
    ``sizes`` says how many layers and how many latent numbers a vertex, d, there are.
    """

    allowed: Tensor
    sometimes: Tensor
    always: Tensor

    def __init__(self, graph: GraphEncoding, sizes: Sizes, generator: torch.Generator) -> None:
        super().__init__()
        hidden, layers, latent = sizes.hidden, sizes.layers, sizes.latent
        self.latent, self.dropout, self.kl = latent, sizes.dropout, sizes.kl
        self.generator = generator
        vertices, operations = graph.operations.shape[1], len(graph.vocabulary)

        def weight(rows: int, columns: int) -> nn.Parameter:
            return uniform((rows, columns), (3 / rows) ** 0.5, generator)

        widths = [operations] + [hidden] * layers
        self.first = nn.ParameterList([weight(width, hidden) for width in widths[:-1]])
        self.second = nn.ParameterList([weight(hidden, hidden) for _ in range(layers)])
        self.own = nn.Parameter(torch.zeros(layers))
        self.norms = nn.ModuleList([nn.BatchNorm1d(hidden) for _ in range(2 * layers)])
        self.out, self.out_bias = weight(hidden, 2 * latent), nn.Parameter(torch.zeros(2 * latent))
        self.name = weight(latent, operations)
        self.name_bias = nn.Parameter(torch.zeros(operations))
        self.edge_bias = nn.Parameter(torch.zeros(vertices, vertices))
        self.pair = weight(latent, latent)
        self.register_buffer("allowed", torch.ones((vertices, operations), dtype=torch.bool))
        self.register_buffer("sometimes", torch.ones((vertices, vertices), dtype=torch.bool))
        self.register_buffer("always", torch.zeros((vertices, vertices), dtype=torch.bool))

    def see(self, graphs: Graphs) -> None:
        """Note which operations and edges occur, so that nothing else is written."""
        self.allowed = graphs.operations.amax(dim=0) > 0
        self.sometimes = graphs.adjacency.amax(dim=0) > 0
        self.always = graphs.adjacency.amin(dim=0) > 0

    def encode(self, graphs: Graphs) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the latent vectors, ``(n, v, d)`` each."""
        adjacency = graphs.adjacency
        n, vertices, _ = adjacency.shape
        neighbours = adjacency + adjacency.transpose(1, 2)
        hidden = graphs.operations
        for layer, (first, second) in enumerate(zip(self.first, self.second, strict=True)):
            mixed = (1 + self.own[layer]) * hidden + torch.bmm(neighbours, hidden)
            rows = mixed.reshape(n * vertices, -1) @ first
            rows = torch.relu(self.norms[2 * layer](rows)) @ second
            hidden = torch.relu(self.norms[2 * layer + 1](rows)).view(n, vertices, -1)
        both = hidden @ self.out + self.out_bias
        return both[..., : self.latent], both[..., self.latent :].clamp(-10, 10)

    def decode(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of operations ``(n, v, o)`` and edges ``(n, v, v)`` of latent ``(n, v, d)``."""
        kept = dropout(latent, self.dropout, self.training, self.generator)
        edges = kept @ self.pair @ kept.transpose(1, 2) + self.edge_bias
        return kept @ self.name + self.name_bias, edges

    def draw(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """Latent vectors ``(n, v, d)`` drawn from what the encoder says."""
        noise = torch.randn(mean.shape, generator=self.generator)
        return mean + (log_variance / 2).exp() * noise

    def loss(self, graphs: Graphs, mean: Tensor, log_variance: Tensor, latent: Tensor) -> Tensor:
        """Reconstruction of graphs from latent vectors drawn for them, and divergence."""
        operations, edges = self.decode(latent)
        kinds = operations.shape[-1]
        named = nn.functional.cross_entropy(
            operations.reshape(-1, kinds), graphs.operations.argmax(dim=-1).flatten()
        )
        i, j = torch.triu_indices(edges.shape[1], edges.shape[1], offset=1)
        joined = nn.functional.binary_cross_entropy_with_logits(
            edges[:, i, j], graphs.adjacency[:, i, j]
        )
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance).mean() / 2
        return named + joined + self.kl * divergence

    def written(self, latent: Tensor) -> tuple[Choices, NDArray[np.int64]]:
        """Most likely adjacency ``(n, v, v)`` and operations ``(n, v)`` of latent vectors."""
        with torch.no_grad():
            operations, edges = self.decode(latent)
        named = operations.masked_fill(~self.allowed, -torch.inf).argmax(dim=-1)
        joined = ((edges > 0) & self.sometimes | self.always).triu(diagonal=1)
        return joined.numpy().astype(np.int8), named.numpy()

    def means(self, graphs: Graphs) -> Tensor:
        """Latent means ``(n, v, d)``, block by block and without gradient."""
        parts = []
        with torch.no_grad():
            for first in range(0, len(graphs.adjacency), _BLOCK):
                parts.append(self.encode(graphs.pick(slice(first, first + _BLOCK)))[0])
        if parts:
            return torch.cat(parts)
        return torch.empty((0, self.edge_bias.shape[0], self.latent))


def batch_size(count: int, most: int) -> int:
    """Graphs a step: ``most``, or fewer for at least 16 steps a pass, but no fewer than 64."""
    return max(min(most, count // 16), 64)


def pretrain(
    network: GraphAutoencoder, graphs: Graphs, *, passes: int, batch: int, learning_rate: float
) -> int:
    """Teach a network to rebuild graphs, and leave it in eval mode; the number of steps taken."""
    count = len(graphs.adjacency)
    batch = batch_size(count, batch)
    parts: list[Tensor] = []
    network.see(graphs)
    network.train()

    def loss(step: int) -> Tensor:
        if not parts:
            parts.extend(torch.randperm(count, generator=network.generator).split(batch))  # type: ignore[no-untyped-call]
        picked = graphs.pick(parts.pop())
        mean, log_variance = network.encode(picked)
        return network.loss(picked, mean, log_variance, network.draw(mean, log_variance))

    steps = passes * -(-count // batch)
    descend(network.parameters(), loss, steps, learning_rate=learning_rate, clip=5.0)
    network.eval()
    return steps
