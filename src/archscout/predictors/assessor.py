"""The semi-supervised assessor: labelled and unlabelled architectures in one relation graph.

Source:
    Tang et al., A Semi-Supervised Assessor of Neural Architectures, CVPR 2020, arXiv
    2005.06821. Deviations, beside those of `archscout.predictors._parts.assessor_network`: rank
    targets, an ensemble, properties of the cell graph among the inputs, and a schedule that
    depends on the number of labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout.errors import SettingsError, unknown_name
from archscout.predictors._parts.assessor_inputs import AssessorInputs, InputKind
from archscout.predictors._parts.assessor_network import AssessorNetwork
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.left_out import deal_left_out
from archscout.predictors._parts.losses import find_loss
from archscout.predictors._parts.scaling import make_scaling
from archscout.predictors._parts.taught_members import TaughtMembers
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

# Architectures that are encoded at once.
_BLOCK = 2048
_TARGETS = ("rank", "z-score")


class Assessor(Predictor):
    """Judges an architecture by itself and by architectures that are like it.

    A batch holds labelled and unlabelled architectures. An auto-encoder embeds all of them,
    a Gaussian kernel on the embeddings joins those that are alike, and two graph convolutions
    give each a score; labels judge the scores, the inputs judge what the decoder rebuilds. What
    is asked later reads a fixed set of anchors, drawn once like a batch, and nothing else.

    Args:
        space: the search space.
        rng: the only source of randomness.
        inputs: ``"matrix"`` (adjacency and operations, as published), ``"properties"`` of the
            cell graph, or ``"both"``; None takes properties where the space has a flow graph
            (functionally equal cells then look alike), and otherwise both.
        members: networks of the ensemble, 1 or more; with 1 the spread is 0.
        hidden: units of a hidden layer, 1 or more.
        embedding: numbers of an embedding, 1 or more.
        encoder: whether there is an auto-encoder; otherwise the input is the embedding.
        graph: whether there is a relation graph; otherwise each is judged by itself.
        trade_off: weight of the reconstruction against the regression, from 0 to below 1.
        sigma: width of the kernel as a factor on the median distance in a batch, above 0.
        threshold: relations below it are none, 0 or more.
        loss: a name of `archscout.predictors._parts.losses.LOSSES`.
        target: ``"rank"`` or ``"z-score"``.
        labelled_nodes: most labelled architectures in a batch, 2 or more.
        unlabelled_nodes: most unlabelled architectures in a batch, 0 or more.
        most_unlabelled: how many of the unlabelled are used, drawn once; None for as many as
            all batches together can look at, ``steps * unlabelled_nodes``.
        steps: gradient steps, 1 or more; 3 a label where that is less.
        passes: least passes over the labels, where they take more than ``steps``.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.
        dropout: share of the hidden units that is dropped while it learns, 0 to below 1.
        resample: whether each member leaves out two parts of the labels (see
            `archscout.predictors._parts.left_out`) and weighs the others at random.

    Raises:
        UnknownNameError: if there are no such inputs, loss or target.
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs, others = space.sample_choices(rng, 40), space.sample_choices(rng, 100)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> assessor = Assessor(space, rng, steps=40).fit(archs, convolutions, others)
        >>> many, none = assessor.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        inputs: InputKind | None = None,
        members: int = 6,
        hidden: int = 64,
        embedding: int = 32,
        encoder: bool = True,
        graph: bool = True,
        trade_off: float = 0.5,
        sigma: float = 0.125,
        threshold: float = 1e-5,
        loss: str = "listwise",
        target: str = "rank",
        labelled_nodes: int = 256,
        unlabelled_nodes: int = 128,
        most_unlabelled: int | None = None,
        steps: int = 200,
        passes: int = 30,
        learning_rate: float = 0.01,
        weight_decay: float = 0.1,
        dropout: float = 0.0,
        resample: bool = True,
    ) -> None:
        super().__init__(space, rng)
        if target not in _TARGETS:
            raise unknown_name("target", str(target), _TARGETS)
        least = {
            "members": (members, 1),
            "hidden": (hidden, 1),
            "embedding": (embedding, 1),
            "threshold": (threshold, 0),
            "labelled_nodes": (labelled_nodes, 2),
            "unlabelled_nodes": (unlabelled_nodes, 0),
            "most_unlabelled": (most_unlabelled or 0, 0),
            "steps": (steps, 1),
            "passes": (passes, 0),
            "weight_decay": (weight_decay, 0),
        }
        for name, (number, smallest) in least.items():
            if not number >= smallest:
                raise SettingsError(f"got {name}={number}, expected {smallest} or more")
        for name, number in {"sigma": sigma, "learning_rate": learning_rate}.items():
            if not number > 0:
                raise SettingsError(f"got {name}={number}, expected above 0")
        for name, number in {"trade_off": trade_off, "dropout": dropout}.items():
            if not 0 <= number < 1:
                raise SettingsError(f"got {name}={number}, expected from 0 to below 1")
        if inputs is None:
            inputs = "properties" if "flow" in space.encodings else "both"
        self.inputs = AssessorInputs(space, inputs)
        self.members, self.hidden, self.embedding = members, hidden, embedding
        self.encoder, self.graph, self.trade_off = encoder, graph, trade_off
        self.sigma, self.threshold = sigma, threshold
        self.loss, self.target = loss, target
        self.labelled_nodes, self.unlabelled_nodes = labelled_nodes, unlabelled_nodes
        self.most_unlabelled = most_unlabelled
        self.steps, self.passes = steps, passes
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.dropout, self.resample = dropout, resample
        self._loss = find_loss(loss)
        self._learnt: TaughtMembers | None = None

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Teach all members anew on labelled and unlabelled architectures, then fix the anchors."""
        choices, numbers = labelled(self.space, archs, values)
        steps = self._steps(len(choices))
        others = self._used(unlabeled, steps * self.unlabelled_nodes)
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        every = np.concatenate([choices, others])
        rows = self.inputs.fit(every).encode(every)
        network = self._make_network(rows.shape[1], generator)
        scaling = make_scaling(self.target, numbers)
        targets = torch.from_numpy(scaling.forward(numbers).astype(np.float32))[None]
        weights, left_out = self._weights(len(choices))
        batches = _batches(
            len(choices), len(others), self.labelled_nodes, self.unlabelled_nodes, generator
        )

        def loss(step: int) -> Tensor:
            labels, rest = next(batches)
            batch = rows[torch.cat([labels, rest])]
            embeddings = network.embed(batch)
            scores = network.batch_scores(embeddings)[:, : len(labels)]
            # The sums keep members independent.
            missed = self._loss(scores, targets[:, labels], weights[:, labels]).sum()
            if not self.encoder:
                return missed
            rebuilt = network.reconstruct(embeddings)
            apart = ((rebuilt - batch) ** 2).mean(dim=(1, 2)).sum()
            return (1 - self.trade_off) * missed + self.trade_off * apart

        network.train()
        descend(
            network.parameters(),
            loss,
            steps,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip=5.0,
        )
        network.eval()
        network.fix_anchors(rows[torch.cat(next(batches))])
        taught = TaughtMembers(network, self._encode, self.members, scaling, _BLOCK)
        if self.loss != "squared":
            taught.match(choices, numbers)
        if left_out is not None:
            taught.widen(choices, numbers, left_out)
        self._learnt = taught
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the members' mean score, and the widened deviation of their values."""
        return self._fitted().predict(self.space.choices(archs))

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and widened deviation of the members' scores."""
        return self._fitted().predict_scores(self.space.choices(archs))

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Target scores of values."""
        return self._fitted().scores_of(values)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values as each member sees them, ``(members, n)``."""
        return self._fitted().draws(self.space.choices(archs))

    def _fitted(self) -> TaughtMembers:
        if self._learnt is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._learnt

    def _encode(self, choices: Choices) -> tuple[Tensor, ...]:
        return (self.inputs.encode(choices),)

    def _used(self, unlabeled: Architectures | None, looked_at: int) -> Choices:
        """The unlabelled that are used: no more than all batches together can look at."""
        others = self.space.choices([] if unlabeled is None else unlabeled)
        most = looked_at if self.most_unlabelled is None else min(self.most_unlabelled, looked_at)
        if len(others) <= most:
            return others
        drawn: Choices = others[self.rng.permutation(len(others))[:most]]
        return drawn

    def _weights(self, labels: int) -> tuple[Tensor, NDArray[np.bool_] | None]:
        """Weights of the labels ``(m, n)`` or ``(1, n)``, and which of them members leave out."""
        if not self.resample:
            return torch.ones((1, labels)), None
        left_out = deal_left_out(self.rng, self.members, labels)
        drawn = self.rng.exponential(size=left_out.shape) * ~left_out
        return torch.from_numpy(drawn.astype(np.float32)), left_out

    def _steps(self, labels: int) -> int:
        batches = -(-labels // self.labelled_nodes)
        return max(min(self.steps, 3 * labels), self.passes * batches if batches > 1 else 0)

    def _make_network(self, inputs: int, generator: torch.Generator) -> AssessorNetwork:
        return AssessorNetwork(
            members=self.members,
            inputs=inputs,
            hidden=self.hidden,
            embedding=self.embedding,
            encoded=self.encoder,
            related=self.graph,
            sigma=self.sigma,
            threshold=self.threshold,
            dropout=self.dropout,
            generator=generator,
        )


def _batches(
    labels: int, others: int, most_labels: int, most_others: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of the labelled and of the unlabelled in a batch, without end.

    The labels go round in shuffled passes; the unlabelled, which come after them, are drawn.
    """
    while True:
        order = torch.randperm(labels, generator=generator)
        # Equal parts: a last batch of one label would have no order to learn.
        for part in order.tensor_split(-(-labels // most_labels)):
            count = min(others, most_others)
            yield part, labels + torch.randperm(others, generator=generator)[:count]
