"""The network of the assessor: auto-encoder, relation graph and two graph convolutions.

Source:
    Tang et al., A Semi-Supervised Assessor of Neural Architectures, CVPR 2020, arXiv
    2005.06821; the convolutions: Kipf and Welling, ICLR 2017, arXiv 1609.02907. There is no
    released code. Deviations: fully connected encoder and decoder; the width of the kernel is
    a factor on the median distance in the batch; members of an ensemble are one batched
    network; new architectures read a fixed set of anchors and never one another.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from archscout.predictors._parts.network import dropout, uniform

# Nodes that the median distance is taken over: it moves little with more of them.
_MEDIAN_NODES = 128
# New architectures at once: their relations to the anchors stay in the processor's cache.
_BLOCK = 256


class Anchors(NamedTuple):
    """What new architectures read: ``k`` anchors of ``m`` members, fixed after learning.

    Beside embeddings ``(m, k, d)`` and each kernel's width ``(m, 1, 1)`` stands what anchors send
    in the first convolution ``(m, k, d)`` and in the second one ``(m, k, 1)``.
    """

    embeddings: Tensor
    first: Tensor
    second: Tensor
    width: Tensor


class AssessorNetwork(nn.Module):
    """Auto-encoder and graph convolutions; ``members`` independent copies at once.

    ``encoded`` says whether an encoder makes the embedding, which else is the input itself, and
    ``related`` whether the convolutions look along the relation graph; else each architecture is
    on its own. ``sigma`` and ``threshold`` (tau) are those of `Assessor`.
    """

    def __init__(
        self,
        *,
        members: int,
        inputs: int,
        hidden: int,
        embedding: int,
        encoded: bool,
        related: bool,
        sigma: float,
        threshold: float,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.members, self.encoded, self.related = members, encoded, related
        self.sigma, self.threshold = sigma, threshold
        self.dropout, self.generator = dropout, generator
        embedding = embedding if encoded else inputs

        def layer(rows: int, columns: int) -> tuple[nn.Parameter, nn.Parameter]:
            scale = rows**-0.5
            return (
                uniform((members, rows, columns), scale, generator),
                uniform((members, 1, columns), scale, generator),
            )

        if encoded:
            self.encode_in, self.encode_in_bias = layer(inputs, hidden)
            self.encode_out, self.encode_out_bias = layer(hidden, embedding)
            self.decode_in, self.decode_in_bias = layer(embedding, hidden)
            self.decode_out, self.decode_out_bias = layer(hidden, inputs)
        self.first, self.first_bias = layer(embedding, hidden)
        self.second, self.second_bias = layer(hidden, 1)

    def embed(self, rows: Tensor) -> Tensor:
        """Embeddings ``(m, n, d)`` of inputs ``(n, p)``."""
        rows = rows.expand(self.members, -1, -1)
        if not self.encoded:
            return rows
        inner = torch.relu(torch.baddbmm(self.encode_in_bias, rows, self.encode_in))
        return torch.baddbmm(self.encode_out_bias, inner, self.encode_out)

    def reconstruct(self, embeddings: Tensor) -> Tensor:
        """Inputs ``(m, n, p)`` as read off embeddings ``(m, n, d)``."""
        inner = torch.relu(torch.baddbmm(self.decode_in_bias, embeddings, self.decode_in))
        return torch.baddbmm(self.decode_out_bias, inner, self.decode_out)

    def width(self, embeddings: Tensor) -> Tensor:
        """Sigma of each member, ``(m, 1, 1)``: the factor times the median distance."""
        with torch.no_grad():
            count = embeddings.shape[1]
            some = embeddings[:, :: -(-count // _MEDIAN_NODES)]
            above = torch.triu_indices(some.shape[1], some.shape[1], 1)
            if above.shape[1] == 0:
                return embeddings.new_ones((self.members, 1, 1))
            distances = squared_distances(some, some)[:, above[0], above[1]]
            return self.sigma * distances.median(dim=1).values.sqrt().clamp_min(1e-3)[:, None, None]

    def relations(self, one: Tensor, other: Tensor, width: Tensor) -> Tensor:
        """Relation graph ``(m, n, k)`` between embeddings ``(m, n, d)`` and ``(m, k, d)``."""
        one, other = one / width, other / width
        # |a - b|^2 / 2 as one product of longer vectors: whole-matrix passes take most time here.
        half, other_half = (one**2).sum(2, True) / -2, (other**2).sum(2, True) / -2
        left = torch.cat([one, half, torch.ones_like(half)], dim=2)
        right = torch.cat([other, torch.ones_like(other_half), other_half], dim=2)
        relation = torch.exp(torch.bmm(left, right.transpose(1, 2)))
        return nn.functional.threshold(relation, self.threshold, 0.0)

    def batch_scores(self, embeddings: Tensor) -> Tensor:
        """Scores ``(m, n)`` of embeddings ``(m, n, d)`` that read one another."""
        if not self.related:
            return self._output(self._hidden(embeddings) @ self.second)
        graph = self._graph(embeddings, self.width(embeddings))
        hidden = self._hidden(_convolve(*graph, embeddings))
        return self._output(_convolve(*graph, hidden @ self.second))

    def fix_anchors(self, rows: Tensor) -> None:
        """Fix what new architectures read: anchors of inputs ``(k, p)``, who read one another."""
        with torch.no_grad():
            embeddings = self.embed(rows)
            width = self.width(embeddings)
            relation, root = self._graph(embeddings, width)
            hidden = self._hidden(_convolve(relation, root, embeddings))
            sent = root * embeddings, root * (hidden @ self.second)
            self._anchors = Anchors(embeddings, *sent, width)

    def forward(self, rows: Tensor) -> Tensor:
        """Scores ``(m, n)`` of new inputs ``(n, p)``, each of which reads the anchors alone."""
        blocks = rows.split(_BLOCK)  # type: ignore[no-untyped-call]
        return torch.cat([self._read_anchors(self.embed(block)) for block in blocks], 1)

    def _read_anchors(self, embeddings: Tensor) -> Tensor:
        if not self.related:
            return self.batch_scores(embeddings)
        theirs = self._anchors
        relation = self.relations(embeddings, theirs.embeddings, theirs.width)
        degree = 1 + relation.sum(dim=2, keepdim=True)

        def read(own: Tensor, sent: Tensor) -> Tensor:
            return own / degree + degree.rsqrt() * torch.bmm(relation, sent)

        hidden = self._hidden(read(embeddings, theirs.first))
        return self._output(read(hidden @ self.second, theirs.second))

    def _graph(self, embeddings: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
        """``A + I`` of a batch ``(m, n, n)``, and ``D^-1/2`` as a column ``(m, n, 1)``."""
        # The kernel is 1 between an architecture and itself: that is the self-loop already.
        relation = self.relations(embeddings, embeddings, width)
        return relation, relation.sum(dim=2, keepdim=True).rsqrt()

    def _hidden(self, read: Tensor) -> Tensor:
        return self._dropped(torch.relu(torch.baddbmm(self.first_bias, read, self.first)))

    def _dropped(self, hidden: Tensor) -> Tensor:
        return dropout(hidden, self.dropout, self.training, self.generator)

    def _output(self, read: Tensor) -> Tensor:
        return (read + self.second_bias)[..., 0]


def _convolve(relation: Tensor, root: Tensor, values: Tensor) -> Tensor:
    """``D^-1/2 (A + I) D^-1/2 values``, for values ``(m, n, h)``."""
    return root * torch.bmm(relation, root * values)


def squared_distances(one: Tensor, other: Tensor) -> Tensor:
    """Squared distances ``(m, n, k)`` between vectors ``(m, n, d)`` and ``(m, k, d)``."""
    lengths = (one**2).sum(dim=2)[:, :, None] + (other**2).sum(dim=2)[:, None, :]
    return torch.baddbmm(lengths, one, other.transpose(1, 2), alpha=-2).clamp_min(0)
