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
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout._common.own_state import own_state
from archscout.encodings.arrays import GraphEncoding
from archscout.errors import MissingMethodError, SettingsError, unknown_name
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.graph_autoencoder import (
    GraphAutoencoder,
    Graphs,
    batch_size,
    tensors_of,
)
from archscout.predictors._parts.left_out import deal_left_out, widening
from archscout.predictors._parts.losses import squared_error
from archscout.predictors._parts.network import uniform
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._parts.written_graph import WrittenGraph
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

Complexity = Literal["params", "macs", "none"]

logger = logging.getLogger(__name__)

_COMPLEXITIES = ("params", "macs", "none")
# Architectures a block, so that many do not fill the memory.
_BLOCK = 8192
# Without unlabelled architectures so many are drawn for every label, up to `GraphVAE.drawn`.
_DRAWN_A_LABEL = 50
# Labels a step at most, and steps that few labels get each, up to a number.
_LABELS_A_STEP, _STEPS_A_LABEL, _STEPS_FOR_LABELS = 128, 2, 300


class Readout(nn.Module):
    """Numbers read off latent vectors: a hidden layer at each vertex, their sum, one more layer.

    Args:
        members: independent copies, m.
        latent: numbers a vertex, d.
        hidden: width of the layers.
        generator: draws the weights.
    """

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


class GraphVAE(Predictor):
    """Learns to rebuild, to price and to value architectures at once, and climbs what it learnt.

    Where no unlabelled architectures come, some are drawn from the space: rebuilding and pricing
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
        drawn: most architectures that are drawn where no unlabelled ones came; 0 for none.

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

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        complexity: Complexity = "params",
        price: float = 0.0,
        members: int = 8,
        hidden: int = 64,
        head_hidden: int = 32,
        layers: int = 3,
        latent: int = 16,
        dropout: float = 0.1,
        kl: float = 0.1,
        value_weight: float = 1.0,
        complexity_weight: float = 1.0,
        passes: int = 8,
        batch: int = 256,
        learning_rate: float = 0.015,
        weight_decay: float = 0.01,
        drawn: int = 5000,
    ) -> None:
        super().__init__(space, rng)
        if complexity not in _COMPLEXITIES:
            raise unknown_name("complexity", str(complexity), _COMPLEXITIES)
        if price < 0 or (price > 0 and complexity == "none"):
            raise SettingsError(
                f"got price={price} and complexity={complexity!r}, expected a price of 0 or more, "
                "and 0 where no complexity is learnt"
            )
        if min(members, hidden, head_hidden, layers, latent, passes, batch) < 1 or drawn < 0:
            raise SettingsError(
                f"got members={members}, hidden={hidden}, head_hidden={head_hidden}, "
                f"layers={layers}, latent={latent}, passes={passes}, batch={batch}, "
                f"drawn={drawn}, expected at least 1 of each, 0 of the last"
            )
        if min(kl, value_weight, complexity_weight, weight_decay) < 0 or learning_rate <= 0:
            raise SettingsError(
                f"got kl={kl}, value_weight={value_weight}, complexity_weight="
                f"{complexity_weight}, weight_decay={weight_decay}, learning_rate="
                f"{learning_rate}, expected none below 0, and a learning rate above 0"
            )
        if not 0 <= dropout < 1:
            raise SettingsError(f"got dropout={dropout}, expected a share of 0 to below 1")
        self.complexity, self.price, self.members = complexity, price, members
        self.head_hidden = head_hidden
        self.sizes: dict[str, Any] = {
            "hidden": hidden,
            "layers": layers,
            "latent": latent,
            "dropout": dropout,
            "kl": kl,
        }
        self.value_weight, self.complexity_weight = value_weight, complexity_weight
        self.passes, self.batch, self.drawn = passes, batch, drawn
        self.descent: dict[str, Any] = {
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
            "clip": 5.0,
        }
        self.form = WrittenGraph(space)
        # A space that counts nothing says so before labels are bought.
        self._costs(space.sample_choices(np.random.default_rng(0), 1))
        self.steps_, self.widening_ = 0, 1.0
        self._vocabulary: tuple[str, ...] = ()
        self._network: GraphAutoencoder | None = None
        self._value: Readout | None = None
        self._cost: Readout | None = None
        self._scaling: RankScores | None = None

    # --- learning ---------------------------------------------------------------------------
    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Teach encoder, decoder and both heads anew, in one loss."""
        choices, numbers = labelled(self.space, archs, values)
        pool = self._pool(choices, self.space.choices([] if unlabeled is None else unlabeled))
        graph = self.form.read(pool)
        graphs = tensors_of(graph)
        scaling = RankScores(numbers)
        scores = torch.from_numpy(scaling.forward(numbers)).float()[None]
        left_out = deal_left_out(self.rng, self.members, len(choices))
        drawn = self.rng.exponential(size=left_out.shape) * ~left_out
        weights = torch.from_numpy(drawn).float()
        costs = torch.from_numpy(self._costs(pool)).float()
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        network = GraphAutoencoder(
            vertices=graph.operations.shape[1],
            operations=len(graph.vocabulary),
            generator=generator,
            **self.sizes,
        )
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
        descend(list(taught), loss, steps, **self.descent)
        network.eval()
        self._network, self._value, self._cost = network, value, cost
        self._scaling, self._vocabulary = scaling, graph.vocabulary
        self.steps_ += steps
        self.widening_ = widening(self.member_scores(choices), scaling.forward(numbers), left_out)
        return self

    # --- predicting -------------------------------------------------------------------------
    def predict(self, archs: Architectures) -> Prediction:
        """Value of the heads' mean score, and the widened deviation of their values."""
        scaling = self._fitted()[2]
        scores = self._widened(archs)
        return Prediction(scaling.back(scores.mean(axis=0)), scaling.back(scores).std(axis=0))

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values as each head sees them, widened, ``(members, n)``."""
        return self._fitted()[2].back(self._widened(archs))

    @own_state()
    def member_scores(self, archs: Architectures) -> NDArray[np.float64]:
        """Scores of every head, ``(members, n)``; they rank as values do."""
        _, value, _ = self._fitted()
        parts = [np.empty((self.members, 0))]
        with torch.no_grad():
            for latent in self._latent_blocks(archs):
                parts.append(value(latent).double().numpy())
        return np.concatenate(parts, axis=1)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores of measured values, on the scale of `member_scores`; same shape."""
        return self._fitted()[2].forward(values)

    @own_state()
    def complexities(self, archs: Architectures) -> NDArray[np.float64]:
        """What the second head says, ``(n,)``, with mean 0 and deviation 1 where it learnt.

        Raises:
            SettingsError: before `fit`, or if no complexity was learnt.
        """
        self._fitted()
        if self._cost is None or self.complexity == "none":
            raise SettingsError("this predictor learns no complexity: set complexity='params'")
        parts = [np.empty(0)]
        with torch.no_grad():
            for latent in self._latent_blocks(archs):
                parts.append(self._cost(latent)[0].double().numpy())
        return np.concatenate(parts)

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
        network, value, _ = self._fitted()
        choices = self.space.choices(archs)
        if len(choices) == 0:
            return choices
        latent = network.means(tensors_of(self.form.read(choices)))
        start = latent.expand(self.members, *latent.shape).clone().requires_grad_(True)
        height = value(start).sum()
        if self.price and self._cost is not None:
            height = height - self.price * self._cost(start.flatten(0, 1)).sum()
        (slope,) = torch.autograd.grad(height, start)
        length = latent.flatten(1).norm(dim=1)[:, None, None]
        steep = slope.flatten(2).norm(dim=2)[..., None, None].clamp_min(1e-12)
        moved = (start + step * length * slope / steep).detach().flatten(0, 1)
        written = GraphEncoding(*network.written(moved), self._vocabulary)
        found, valid = self.form.write(written)
        return found[valid]

    # --- parts ------------------------------------------------------------------------------
    def _fitted(self) -> tuple[GraphAutoencoder, Readout, RankScores]:
        if self._network is None or self._value is None or self._scaling is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._network, self._value, self._scaling

    def _widened(self, archs: Architectures) -> NDArray[np.float64]:
        scores = self.member_scores(archs)
        centre = scores.mean(axis=0)
        widened: NDArray[np.float64] = centre + self.widening_ * (scores - centre)
        return widened

    def _pool(self, choices: Choices, others: Choices) -> Choices:
        """Labelled architectures first, then those without a label."""
        if len(others) == 0 and self.drawn:
            count = min(self.drawn, _DRAWN_A_LABEL * len(choices))
            others = np.unique(self.space.sample_choices(self.rng, count), axis=0)
        return np.concatenate([choices, others])

    def _costs(self, choices: Choices) -> NDArray[np.float64]:
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
        costs: NDArray[np.float64] = np.log1p(counts.astype(np.float64))
        width = float(costs.std())
        costs = (costs - costs.mean()) / (width if width > 1e-9 else 1.0)
        return costs

    def _latent_blocks(self, archs: Architectures) -> Iterator[Tensor]:
        network = self._fitted()[0]
        choices = self.space.choices(archs)
        for first in range(0, len(choices), _BLOCK):
            graph: Graphs = tensors_of(self.form.read(choices[first : first + _BLOCK]))
            yield network.means(graph)


def _shuffled(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Places ``0..count-1`` in shuffled passes without end, ``size`` or fewer at a time."""
    while True:
        yield from torch.randperm(count, generator=generator).split(size)  # type: ignore[no-untyped-call]
