"""What the networks share: the table of encoded architectures, initial weights, dropout.

All randomness comes from a `torch.Generator`, never from PyTorch's global state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from archscout.predictors._parts.forms import TokenForm, flow_form, structure_targets
from archscout.predictors._parts.kept import Kept
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
    """Encodes the first large batch once; later batches that lie inside it only pick rows."""

    def __init__(self, space: SearchSpace, tokens: TokenForm) -> None:
        self.space, self.tokens = space, tokens
        self._kept: Kept[Table] = Kept(space)

    def encode(self, choices: Choices) -> Table:
        """The table of choices ``(n, positions)``."""
        if (found := self._kept.find(choices)) is not None:
            return _pick(found[0], torch.from_numpy(found[1]))
        table = encode_table(self.space, choices, self.tokens)
        if not self._kept.holds and len(choices) >= LARGE:
            self._kept.keep(choices, table)
        return table


def _pick(table: Table, rows: Tensor) -> Table:
    return Table(
        table.tokens[rows],
        table.adjacency[rows],
        table.operations[rows],
        table.structure[rows],
        table.edges,
    )


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
