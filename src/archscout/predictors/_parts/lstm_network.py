"""The encoder, predictor and decoder of SemiNAS: LSTMs over a token sequence.

Source:
    Luo et al., Semi-Supervised Neural Architecture Search, NeurIPS 2020, arXiv 2002.10389,
    section 3.1; layers and sizes as in the authors' two releases. Deviation: the dropout that
    they pass to one-layer LSTMs, which does nothing, is left out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from archscout.predictors._parts.network import Table, dropout, redraw

HALF = 0.5**0.5


class LSTMNetwork(nn.Module):
    """One encoder-predictor-decoder; it keeps the shapes of an ensemble of one member.

    Its embedding is the whole encoder output ``(1, n, length, hidden)``, because the ascent
    moves every position of it. ``allowed (length, vocabulary)`` masks the decoder's tokens;
    ``sigmoid`` squeezes the prediction into 0..1, for min-max targets.
    """

    members = 1
    allowed: Tensor

    def __init__(
        self,
        *,
        allowed: Tensor,
        hidden: int,
        mlp_hidden: int,
        sigmoid: bool,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.sigmoid, self.dropout, self.generator = sigmoid, dropout, generator
        self.register_buffer("allowed", allowed)
        vocabulary = allowed.shape[1]
        with torch.random.fork_rng(devices=[]):
            self.tokens = nn.Embedding(vocabulary, hidden)
            self.encoder = nn.LSTM(hidden, hidden, batch_first=True, bidirectional=True)
            self.encoder_out = nn.Linear(2 * hidden, hidden)
            self.first, self.second = nn.Linear(hidden, mlp_hidden), nn.Linear(mlp_hidden, hidden)
            self.regress = nn.Linear(hidden, 1)
            self.written_tokens = nn.Embedding(vocabulary, hidden)
            self.decoder = nn.LSTM(hidden, hidden, batch_first=True)
            self.attend_in = nn.Linear(hidden, hidden, bias=False)
            self.attend_out = nn.Linear(2 * hidden, hidden, bias=False)
            self.decoder_out = nn.Linear(hidden, vocabulary)
        redraw(self, generator)

    def _drop(self, values: Tensor) -> Tensor:
        return dropout(values, self.dropout, self.training, self.generator)

    def embed(self, table: Table, rows: Tensor) -> Tensor:
        """Encoder outputs ``(1, n, length, hidden)``, each position of length 1."""
        embedded = self._drop(self.tokens(table.tokens[rows]))
        outputs, _ = self.encoder(embedded)
        return normalize(self.encoder_out(outputs) + embedded, dim=-1)[None]

    @staticmethod
    def architecture_embedding(outputs: Tensor) -> Tensor:
        """The architecture as one vector of length 1: the mean over positions."""
        return normalize(outputs.mean(dim=-2), dim=-1)

    def value(self, embedding: Tensor) -> Tensor:
        """Predicted scores ``(1, n)`` of encoder outputs."""
        arch = self.architecture_embedding(embedding)
        inner = self._drop(torch.relu(self.first(arch)))
        inner = self._drop(torch.relu(self.second(inner)))
        predicted: Tensor = self.regress((arch + inner) * HALF)[..., 0]
        return torch.sigmoid(predicted) if self.sigmoid else predicted

    def structure(self, embedding: Tensor) -> Tensor:
        """The paper has no structure targets: none, ``(1, n, 0)``."""
        return embedding.new_zeros((*embedding.shape[:2], 0))

    def reconstruction(self, embedding: Tensor, tokens: Tensor) -> Tensor:
        """Mean negative log-likelihood of tokens ``(n, length)``, each told its predecessors."""
        start = torch.zeros_like(tokens[:, :1])
        before = torch.cat([start, tokens[:, :-1]], dim=1)
        scores, _ = self._decode(before, embedding[0], self._first_state(embedding[0]))
        return nn.functional.cross_entropy(scores.flatten(0, 1), tokens.flatten())

    def _first_state(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        arch = self.architecture_embedding(outputs)[None]
        return arch, arch

    def _decode(
        self, before: Tensor, outputs: Tensor, state: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Logits ``(n, steps, vocabulary)`` for the tokens after ``before`` ``(n, steps)``."""
        embedded = self._drop(self.written_tokens(before))
        hidden, state = self.decoder(embedded, state)
        hidden = (hidden + embedded) * HALF
        weights = torch.softmax(self.attend_in(hidden) @ outputs.transpose(1, 2), dim=-1)
        attended = torch.tanh(self.attend_out(torch.cat([weights @ outputs, hidden], dim=-1)))
        return self.decoder_out((hidden + attended) * HALF), state

    def ascend(self, embedding: Tensor, step: float) -> Tensor:
        """Move every encoder output up the gradient of the value, then to length 1 again."""
        start = embedding.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(self.value(start).sum(), start)
        return normalize(start + step * slope, dim=-1).detach()

    def write(self, embedding: Tensor) -> Tensor:
        """Greedy tokens ``(1, n, length)``, each position restricted to what may stand there."""
        outputs = embedding[0]
        state = self._first_state(outputs)
        token = torch.zeros((len(outputs), 1), dtype=torch.int64)
        written = []
        for allowed in self.allowed:
            scores, state = self._decode(token, outputs, state)
            token = scores[:, 0].masked_fill(~allowed, -torch.inf).argmax(dim=-1, keepdim=True)
            written.append(token)
        return torch.cat(written, dim=1)[None]
