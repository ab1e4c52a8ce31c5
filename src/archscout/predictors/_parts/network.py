"""What the networks share: the table of encoded architectures, initial weights, dropout.

All randomness comes from a `torch.Generator`, never from PyTorch's global state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.predictors._parts.forms import TokenForm, flow_form, structure_targets
from archscout.spaces.base import Choices, SearchSpace

LARGE = 2000


@dataclass(frozen=True)
class Table:
    """Architectures encoded once, so that training only picks rows.

    Args:
        tokens: ``(n, length)`` integers.
        adjacency: ``(n, vertices, vertices)`` floats, how often one vertex feeds another.
        operations: ``(n, vertices, vocabulary)`` floats, one-hot.
        structure: ``(n, targets)`` floats.
        edges: pairs (source, vertex) that exist in at least one architecture.
    """

    tokens: Tensor
    adjacency: Tensor
    operations: Tensor
    structure: Tensor
    edges: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.tokens)


def encode_table(space: SearchSpace, choices: Choices, tokens: TokenForm) -> Table:
    """Encode choices ``(n, positions)`` in every form that the networks read."""
    graph = flow_form(space, choices)
    sources, vertices = np.nonzero(graph.adjacency.any(axis=0))
    return Table(
        torch.from_numpy(tokens.write(choices)),
        torch.from_numpy(graph.adjacency.astype(np.float32)),
        torch.nn.functional.one_hot(
            torch.from_numpy(graph.operations.astype(np.int64)), len(graph.vocabulary)
        ).float(),
        torch.from_numpy(structure_targets(graph)),
        tuple(zip(sources.tolist(), vertices.tolist(), strict=True)),
    )


class TableCache:
    """Encodes the first large batch once; later batches that lie inside it only pick rows.

    Args:
        space: the space of all batches.
        tokens: the token form that the networks write.
    """

    def __init__(self, space: SearchSpace, tokens: TokenForm) -> None:
        self.space, self.tokens = space, tokens
        counts = space.option_counts
        # Codes of mixed radix; spaces whose codes overflow are encoded anew each time.
        self._radix = None
        if float(np.prod(counts.astype(np.float64))) < 2**62:
            self._radix = np.concatenate([[1], np.cumprod(counts[:-1])])
        self._codes: NDArray[np.int64] | None = None
        self._order: NDArray[np.int64] | None = None
        self._table: Table | None = None

    def encode(self, choices: Choices) -> Table:
        """The table of choices ``(n, positions)``."""
        if self._radix is None:
            return encode_table(self.space, choices, self.tokens)
        codes = choices.astype(np.int64) @ self._radix
        if self._table is not None and self._codes is not None and self._order is not None:
            places = np.searchsorted(self._codes, codes).clip(max=len(self._codes) - 1)
            if (self._codes[places] == codes).all():
                return _pick(self._table, torch.from_numpy(self._order[places]))
        table = encode_table(self.space, choices, self.tokens)
        if self._table is None and len(choices) >= LARGE:
            self._order = np.argsort(codes)
            self._codes, self._table = codes[self._order], table
        return table


def _pick(table: Table, rows: Tensor) -> Table:
    return Table(
        table.tokens[rows],
        table.adjacency[rows],
        table.operations[rows],
        table.structure[rows],
        table.edges,
    )


class Network(Protocol):
    """What training, prediction and ascent need of a network; shapes as in `FlowNetwork`."""

    members: int

    def embed(self, table: Table, rows: Tensor) -> Tensor: ...
    def value(self, embedding: Tensor) -> Tensor: ...
    def structure(self, embedding: Tensor) -> Tensor: ...
    def reconstruction(self, embedding: Tensor, tokens: Tensor) -> Tensor: ...
    def ascend(self, embedding: Tensor, step: float) -> Tensor: ...
    def write(self, embedding: Tensor) -> Tensor: ...


def uniform(shape: tuple[int, ...], scale: float, generator: torch.Generator) -> nn.Parameter:
    """A parameter drawn uniformly from -scale to scale."""
    return nn.Parameter((torch.rand(shape, generator=generator) * 2 - 1) * scale)


def redraw(module: nn.Module, generator: torch.Generator) -> None:
    """Draw all weights of a module of PyTorch anew, as PyTorch does, from the generator."""
    for layer in module.modules():
        if isinstance(layer, nn.Embedding):
            with torch.no_grad():
                layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator))
        elif isinstance(layer, nn.Linear | nn.LSTM):
            inputs = layer.in_features if isinstance(layer, nn.Linear) else layer.hidden_size
            for weight in layer.parameters(recurse=False):
                with torch.no_grad():
                    drawn = torch.rand(weight.shape, generator=generator) * 2 - 1
                    weight.copy_(drawn * inputs**-0.5)


def dropout(values: Tensor, share: float, training: bool, generator: torch.Generator) -> Tensor:
    """Set a share of the values to zero while training, and scale up the others."""
    if not training or share == 0:
        return values
    kept = torch.empty(values.shape, dtype=values.dtype).bernoulli_(1 - share, generator=generator)
    return values * kept / (1 - share)
