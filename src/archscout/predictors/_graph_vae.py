"""A graph auto-encoder taught together with heads for accuracy and complexity, and an ascent.

Source:
    Li et al., Neural Architecture Optimization with Graph VAE, arXiv 2006.10310: encoder,
    decoder, performance and complexity predictors in one loss; the ascent maximises performance
    less a price of complexity in the latent space and decodes what it finds. Deviations: the
    auto-encoder is that of `archscout.predictors._parts.graph_autoencoder`, with a vector for every
    vertex; several accuracy heads, each of which leaves out other labels, give a spread; the
    value is the normal score of a label's rank; complexity is the logarithm of exact parameters or
    multiply-adds, standardised, and learnt on all architectures, since it costs no label.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from archscout._common.own_state import own_state
from archscout.encodings import GraphEncoding
from archscout.errors import MissingMethodError, SettingsError
from archscout.predictors._parts import ranges
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.graph_autoencoder import GraphAutoencoder, batch_size, tensors_of
from archscout.predictors._parts.losses import squared_error
from archscout.predictors._parts.members import member_posterior, widened, widening
from archscout.predictors._parts.network import uniform
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._parts.teaching import member_weights
from archscout.predictors._parts.written_graph import WrittenGraph
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Architectures, Choices

Complexity = Literal["params", "macs", "none"]

logger = logging.getLogger(__name__)

# Architectures a block, so that many do not fill the memory.
_BLOCK = 8192
# Without unlabeled architectures so many are drawn for every label, up to `GraphVAE.drawn`.
_DRAWN_A_LABEL = 50
# Labels a step at most, and steps that few labels get each, up to a number.
_LABELS_A_STEP, _STEPS_A_LABEL, _STEPS_FOR_LABELS = 128, 2, 300


class Readout(nn.Module):
    """Numbers read off latent vectors: a hidden layer at each vertex, their sum, one more layer."""

    def __init__(self, members: int, latent: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()

        def weight(rows: int, columns: int) -> nn.Parameter:
            return uniform((members, rows, columns), (3 / rows) ** 0.5, generator)

        self.each, self.each_bias = weight(latent, hidden), weight(1, hidden)
        self.both, self.both_bias = weight(hidden, hidden), weight(1, hidden)
        self.last, self.last_bias = weight(hidden, 1), nn.Parameter(torch.zeros(members, 1, 1))

    def forward(self, latent: Tensor) -> Tensor:
        """Numbers ``(m, n)`` of latent vectors ``(n, v, d)`` or ``(m, n, v, d)``."""
        members = len(self.each)
        each = latent.expand(members, *latent.shape[-3:])
        n, vertices = each.shape[1:3]
        inner = torch.baddbmm(self.each_bias, each.reshape(members, n * vertices, -1), self.each)
        summed = torch.relu(inner).view(members, n, vertices, -1).mean(dim=2)
        mixed = torch.relu(torch.baddbmm(self.both_bias, summed, self.both))
        return torch.baddbmm(self.last_bias, mixed, self.last)[..., 0]


@parameters
class GraphVAE(Predictor):
    """Learns to rebuild, to price and to value architectures at once, and climbs what it learnt.

    Where no unlabeled architectures come, some are drawn from the space: rebuilding and pricing
    them needs no label. Every `fit` starts anew.

    Args:
        space: the search space; `climb` needs one that reads graphs back.
        rng: the only source of randomness.
        complexity: what the second head learns, ``"params"``, ``"macs"`` or ``"none"``.
        price: lambda, how many deviations of value one deviation of complexity costs in `climb`.
        members: accuracy heads on the one encoder, each with its own weights of the labels.
        hidden: width of the encoder's layers.
        head_hidden: width of the heads.
        layers: layers of the encoder.
        latent: numbers a vertex, d.
        dropout: share of the latent numbers that the decoder does not see while it learns.
        kl: weight of the divergence from the prior.
        value_weight: weight of the squared error of values.
        complexity_weight: weight of the squared error of complexities.
        passes: how often each architecture is seen, if there are many.
        batch: most architectures without labels a step.
        learning_rate: the highest of the one-cycle schedule.
        weight_decay: decoupled weight decay.
        drawn: most architectures that are drawn where no unlabeled ones came; 0 for none.

    Attributes:
        steps_: steps taken, in all.
        widening_: the factor on the heads' deviation, from labels that two of them left out. The
            encoder has seen those through other heads, so it is far too small: the spread held
            11 to 32 % of unseen values where it should hold 68 %. ``"conformal:graph-vae"``
            scales it by labels that nothing has seen.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> model = GraphVAE(space, rng, drawn=500).fit(archs, (archs == 3).sum(axis=1))
        >>> many, none = model.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    complexity: Complexity = "params"
    price: ranges.NotNegative = 0.0
    members: ranges.OneOrMore = 8
    hidden: ranges.OneOrMore = 64
    head_hidden: ranges.OneOrMore = 32
    layers: ranges.OneOrMore = 3
    latent: ranges.OneOrMore = 16
    dropout: ranges.ShareBelowOne = 0.1
    kl: ranges.NotNegative = 0.1
    value_weight: ranges.NotNegative = 1.0
    complexity_weight: ranges.NotNegative = 1.0
    passes: ranges.OneOrMore = 8
    batch: ranges.OneOrMore = 256
    learning_rate: ranges.AboveZero = 0.015
    weight_decay: ranges.NotNegative = 0.01
    drawn: ranges.NoneOrMore = 5000

    steps_ = 0

    def check(self) -> None:
        """Refuse also a price of a complexity that is not learnt or that the space cannot count."""
        super().check()
        if self.price > 0 and self.complexity == "none":
            raise SettingsError(
                f"got price={self.price} and complexity='none', expected a price of 0 where no "
                "complexity is learnt"
            )
        self._costs(self.space.sample_choices(np.random.default_rng(0), 1))

    def check_climb(self) -> None:
        """Refuse a space that cannot read graphs back; raises `SettingsError`."""
        self.form.check_writable()

    @cached_property
    def form(self) -> WrittenGraph:
        """Reads architectures as graphs and writes graphs back."""
        return WrittenGraph(self.space)

    # --- learning ---------------------------------------------------------------------------
    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        pool = self._pool(choices, unlabeled)
        graph = self.form.read(pool)
        graphs = tensors_of(graph)
        scaling = RankScores(values)
        scores = torch.from_numpy(scaling.forward(values)).float()[None]
        weights, left_out = member_weights(self.rng, self.members, len(choices))
        costs = torch.from_numpy(self._costs(pool)).float()
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        network = GraphAutoencoder(graph, self, generator)
        value = Readout(self.members, network.latent, self.head_hidden, generator)
        cost = Readout(1, network.latent, self.head_hidden, generator)
        batch = batch_size(len(pool), self.batch)
        some_labels = _shuffled(len(choices), min(_LABELS_A_STEP, len(choices)), generator)
        some_archs = _shuffled(len(pool), min(batch, len(pool)), generator)

        def loss(step: int) -> Tensor:
            known = next(some_labels)
            rows = torch.cat([known, next(some_archs)])
            picked = graphs.pick(rows)
            mean, log_variance = network.encode(picked)
            latent = network.draw(mean, log_variance)
            valued = value(latent[: len(known)])
            total = network.loss(picked, mean, log_variance, latent)
            missed = squared_error(valued, scores[:, known], weights[:, known]).sum()
            total = total + self.value_weight * missed
            if self.complexity != "none":
                priced = ((cost(latent)[0] - costs[rows]) ** 2).mean()
                total = total + self.complexity_weight * priced
            return total

        steps = max(
            self.passes * -(-len(pool) // batch),
            min(_STEPS_A_LABEL * len(choices), _STEPS_FOR_LABELS),
        )
        network.see(graphs)
        network.train()
        taught = itertools.chain(network.parameters(), value.parameters(), cost.parameters())
        descend(
            taught,
            loss,
            steps,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip=5.0,
        )
        network.eval()
        self.encoder_, self.value_, self.cost_ = network, value, cost
        self.scaling_, self._vocabulary = scaling, graph.vocabulary
        self.steps_ += steps
        self.widening_ = widening(self._member_scores(choices), scaling.forward(values), left_out)

    # --- predicting -------------------------------------------------------------------------
    def _predict(self, choices: Choices) -> Posterior:
        return member_posterior(
            widened(self._member_scores(choices), self.widening_), self.scaling_
        )

    @own_state()
    def member_scores(self, archs: Architectures) -> Floats:
        """Scores of every head, ``(members, n)``; they rank as values do."""
        self._check_fitted()
        return self._member_scores(self.space.as_choices(archs))

    def _member_scores(self, choices: Choices) -> Floats:
        return self._read_off(self.value_, choices)

    def scores_of(self, values: Floats) -> Floats:
        """Scores of measured values, on the scale of `member_scores`; same shape."""
        self._check_fitted()
        return self.scaling_.forward(values)

    @own_state()
    def complexities(self, archs: Architectures) -> Floats:
        """What the second head says, ``(n,)``, with mean 0 and deviation 1 where it learnt.

        Raises:
            SettingsError: before `fit`, or if no complexity was learnt.
        """
        self._check_fitted()
        if self.complexity == "none":
            raise SettingsError("this predictor learns no complexity: set complexity='params'")
        (said,) = self._read_off(self.cost_, self.space.as_choices(archs))
        return np.asarray(said)

    # --- the latent space -------------------------------------------------------------------
    @own_state()
    def climb(self, archs: Architectures, step: float) -> Choices:
        """Ascend value less ``price`` times complexity from each architecture, and decode.

        Args:
            archs: ``n`` architectures to start from.
            step: how far, in lengths of the architecture's own latent vectors; each head goes
                its own way.

        Returns:
            Choices of what was written and is valid, at most ``(members * n, positions)``.

        Raises:
            SettingsError: before `fit`, or if the space cannot read graphs back.
        """
        self._check_fitted()
        network, choices = self.encoder_, self.space.as_choices(archs)
        if len(choices) == 0:
            return choices
        latent = network.means(tensors_of(self.form.read(choices)))
        start = latent.expand(self.members, *latent.shape).clone().requires_grad_(True)
        height = self.value_(start).sum()
        if self.price:
            height = height - self.price * self.cost_(start.flatten(0, 1)).sum()
        (slope,) = torch.autograd.grad(height, start)
        length = latent.flatten(1).norm(dim=1)[:, None, None]
        steep = slope.flatten(2).norm(dim=2)[..., None, None].clamp_min(1e-12)
        moved = (start + step * length * slope / steep).detach().flatten(0, 1)
        written = GraphEncoding(*network.written(moved), self._vocabulary)
        found, valid = self.form.write(written)
        return found[valid]

    # --- parts ------------------------------------------------------------------------------
    def _pool(self, choices: Choices, others: Choices) -> Choices:
        """Labeled architectures first, then those without a label."""
        if len(others) == 0 and self.drawn:
            count = min(self.drawn, _DRAWN_A_LABEL * len(choices))
            others = np.unique(self.space.sample_choices(self.rng, count), axis=0)
        return np.concatenate([choices, others])

    def _costs(self, choices: Choices) -> Floats:
        """Standardised logarithms of what the second head learns, ``(n,)``."""
        if self.complexity == "none":
            return np.zeros(len(choices))
        table = self.space.params_table if self.complexity == "params" else self.space.macs_table
        try:
            counts = table(choices)
        except MissingMethodError as error:
            if self.price > 0:
                raise
            logger.info("the second head learns nothing: %s", error)
            return np.zeros(len(choices))
        costs: Floats = np.log1p(counts.astype(np.float64))
        width = float(costs.std())
        costs = (costs - costs.mean()) / (width if width > 1e-9 else 1.0)
        return costs

    def _read_off(self, head: Readout, choices: Choices) -> Floats:
        """What a head says, ``(members, n)``, block by block."""
        found = [np.empty((len(head.each), 0))]
        with torch.no_grad():
            for first in range(0, len(choices), _BLOCK):
                graphs = tensors_of(self.form.read(choices[first : first + _BLOCK]))
                found.append(head(self.encoder_.means(graphs)).double().numpy())
        return np.concatenate(found, axis=1)


def _shuffled(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Places ``0..count-1`` in shuffled passes without end, ``size`` or fewer at a time."""
    while True:
        yield from torch.randperm(count, generator=generator).split(size)  # type: ignore[no-untyped-call]
