"""An ensemble of flow networks: architectures as computations, all members in one batch.

Each vertex of the cell graph carries a vector. It sums the vectors of the vertices that feed
it and transforms the sum as its operation says (a gate and a shift that are learnt for every
operation), as information would flow through the cell. The vector that arrives at the output
is the architecture's embedding; a small head predicts its value, a decoder writes the tokens.

Source:
    The idea of operations as transforms of the information that flows: GATES, Ning et al.,
    ECCV 2020, arXiv 2004.01899. Deviations: one shared matrix with a gate and a shift for each
    operation; multiple edges count; members of the ensemble are one batched network; the
    decoder writes all tokens at once instead of one after another.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from archscout.predictors._parts.network import Table, dropout, uniform


class FlowNetwork(nn.Module):
    """Encoder, predictor and decoder on cell graphs; ``members`` independent copies at once.

    ``allowed (length, vocabulary)`` masks the decoder's tokens; ``targets`` counts the structure
    targets.
    """

    allowed: Tensor

    def __init__(
        self,
        *,
        members: int,
        operations: int,
        allowed: Tensor,
        targets: int,
        hidden: int,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.members, self.hidden, self.dropout = members, hidden, dropout
        self.generator = generator
        self.register_buffer("allowed", allowed)
        written = allowed.numel()

        def weight(rows: int, columns: int) -> nn.Parameter:
            return uniform((members, rows, columns), rows**-0.5, generator)

        self.operation = nn.Parameter(
            torch.randn((members, operations, hidden), generator=generator)
        )
        self.start = uniform((members, 1, hidden), 1.0, generator)
        self.mix, self.mix_bias = weight(hidden, hidden), weight(1, hidden)
        self.gate, self.shift = weight(hidden, hidden), weight(hidden, hidden)
        self.head, self.head_bias = weight(hidden, hidden), weight(1, hidden)
        self.value_row, self.value_bias = weight(hidden, 1), weight(1, 1)
        self.structure_rows = weight(hidden, targets)
        self.decode_in, self.decode_in_bias = weight(hidden, 2 * hidden), weight(1, 2 * hidden)
        self.decode_out = weight(2 * hidden, written)
        self.decode_bias = weight(1, written)

    def embed(self, table: Table, rows: Tensor) -> Tensor:
        """Embeddings ``(members, n, hidden)`` of the architectures in ``rows`` of the table."""
        adjacency, one_hot = table.adjacency[rows], table.operations[rows]
        gates = torch.sigmoid(self.operation @ self.gate)
        shifts = self.operation @ self.shift + self.mix_bias
        reads: dict[int, list[int]] = {}
        for source, vertex in table.edges:
            reads.setdefault(vertex, []).append(source)
        last = adjacency.shape[1] - 1
        carried = {0: self.start.expand(-1, len(rows), -1)}
        for vertex in range(1, last + 1):
            parts = [
                adjacency[:, source, vertex, None] * carried[source]
                for source in reads.get(vertex, [])
                if source in carried
            ]
            if not parts:
                continue
            total = torch.stack(parts).sum(dim=0) if len(parts) > 1 else parts[0]
            if vertex == last:
                return total
            # One-hot times table is a matrix product; picking rows is far slower to learn through.
            which = one_hot[:, vertex]
            alive = (adjacency[:, :, vertex].sum(dim=1) > 0).to(total.dtype)[:, None]
            mixed = torch.baddbmm(torch.matmul(which, shifts), total, self.mix)
            carried[vertex] = torch.relu(mixed) * torch.matmul(which * alive, gates)
        return torch.zeros_like(carried[0])

    def value(self, embedding: Tensor) -> Tensor:
        """Predicted scores ``(members, n)`` of embeddings ``(members, n, hidden)``."""
        kept = dropout(embedding, self.dropout, self.training, self.generator)
        inner = torch.relu(torch.baddbmm(self.head_bias, kept, self.head))
        inner = dropout(inner, self.dropout, self.training, self.generator)
        return torch.baddbmm(self.value_bias, inner, self.value_row)[..., 0]

    def structure(self, embedding: Tensor) -> Tensor:
        """Predicted structure targets, ``(members, n, targets)``."""
        return embedding @ self.structure_rows

    def token_scores(self, embedding: Tensor) -> Tensor:
        """Logits ``(members, n, length, vocabulary)``; tokens that may not stand get -inf."""
        inner = torch.relu(torch.baddbmm(self.decode_in_bias, embedding, self.decode_in))
        scores = torch.baddbmm(self.decode_bias, inner, self.decode_out)
        length, vocabulary = self.allowed.shape
        scores = scores.view(self.members, -1, length, vocabulary)
        return scores.masked_fill(~self.allowed, -torch.inf)

    def reconstruction(self, embedding: Tensor, tokens: Tensor) -> Tensor:
        """Mean negative log-likelihood of the tokens ``(n, length)``, summed over members."""
        scores = self.token_scores(embedding)
        vocabulary = scores.shape[-1]
        wanted = tokens.expand(self.members, -1, -1).reshape(-1)
        missed: Tensor = nn.functional.cross_entropy(scores.reshape(-1, vocabulary), wanted)
        return self.members * missed

    def ascend(self, embedding: Tensor, step: float) -> Tensor:
        """Move embeddings up the gradient of their value, by ``step`` of their own length.

        SemiNAS, section 3.2, adds the step to normalised encoder outputs; these are not normalised.
        """
        start = embedding.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(self.value(start).sum(), start)
        length = start.norm(dim=-1, keepdim=True)
        moved: Tensor = start + step * length * nn.functional.normalize(slope, dim=-1)
        return moved.detach()

    def write(self, embedding: Tensor) -> Tensor:
        """Most likely tokens, ``(members, n, length)``."""
        return self.token_scores(embedding).argmax(dim=-1)
