"""The semi-supervised assessor: labeled and unlabeled architectures in one relation graph.

Source:
    Tang et al., A Semi-Supervised Assessor of Neural Architectures, CVPR 2020, arXiv
    2005.06821. Deviations, beside those of `archscout.predictors._parts.assessor_network`: rank
    targets, an ensemble, properties of the cell graph among the inputs, and a schedule that
    depends on the number of labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from archscout._common.settings import Flag
from archscout.predictors._parts import ranges
from archscout.predictors._parts.assessor_inputs import AssessorInputs, InputKind
from archscout.predictors._parts.assessor_network import AssessorNetwork
from archscout.predictors._parts.descent import descend
from archscout.predictors._parts.losses import LOSSES
from archscout.predictors._parts.scaling import make_scaling
from archscout.predictors._parts.teaching import member_weights
from archscout.predictors._parts.trained_ensemble import TrainedEnsemble
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

# Architectures that are encoded at once.
_BLOCK = 2048


@parameters
class Assessor(Predictor):
    """Judges an architecture by itself and by architectures that are like it.

    A batch holds labeled and unlabeled architectures. An auto-encoder embeds all of them,
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
        loss: ``"squared"``, ``"pairwise-logistic"``, ``"pairwise-hinge"`` or ``"listwise"``.
        target: ``"rank"`` or ``"z-score"``.
        labeled_nodes: most labeled architectures in a batch, 2 or more.
        unlabeled_nodes: most unlabeled architectures in a batch, 0 or more.
        most_unlabeled: how many of the unlabeled are used, drawn once; None for as many as
            all batches together can look at, ``steps * unlabeled_nodes``.
        steps: gradient steps, 1 or more; 3 a label where that is less.
        passes: least passes over the labels, where they take more than ``steps``.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.
        dropout: share of the hidden units that is dropped while it learns, 0 to below 1.
        resample: whether each member leaves out two parts of the labels and weighs the others at
            random; what they miss the left-out ones by widens their deviation.

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

    inputs: InputKind | None = None
    members: ranges.OneOrMore = 6
    hidden: ranges.OneOrMore = 64
    embedding: ranges.OneOrMore = 32
    encoder: Flag = True
    graph: Flag = True
    trade_off: ranges.ShareBelowOne = 0.5
    sigma: ranges.AboveZero = 0.125
    threshold: ranges.NotNegative = 1e-5
    loss: ranges.LossName = "listwise"
    target: ranges.TargetName = "rank"
    labeled_nodes: ranges.TwoOrMore = 256
    unlabeled_nodes: ranges.NoneOrMore = 128
    most_unlabeled: ranges.NoneOrMore | None = None
    steps: ranges.OneOrMore = 200
    passes: ranges.NoneOrMore = 30
    learning_rate: ranges.AboveZero = 0.01
    weight_decay: ranges.NotNegative = 0.1
    dropout: ranges.ShareBelowOne = 0.0
    resample: Flag = True

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        steps = self._steps(len(choices))
        others = self._used(unlabeled, steps * self.unlabeled_nodes)
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        every = np.concatenate([choices, others])
        rows = self._inputs.fit(every).encode(every)
        network = self._make_network(rows.shape[1], generator)
        scaling = make_scaling(self.target, values)
        targets = torch.from_numpy(scaling.forward(values).astype(np.float32))[None]
        weights, left_out = member_weights(
            self.rng, self.members, len(choices), resample=self.resample
        )
        misses = LOSSES[self.loss]
        batches = _batches(
            len(choices), len(others), self.labeled_nodes, self.unlabeled_nodes, generator
        )

        def loss(step: int) -> Tensor:
            labels, rest = next(batches)
            batch = rows[torch.cat([labels, rest])]
            embeddings = network.embed(batch)
            scores = network.batch_scores(embeddings)[:, : len(labels)]
            # The sums keep members independent.
            missed = misses(scores, targets[:, labels], weights[:, labels]).sum()
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
        ensemble = TrainedEnsemble(network, self._encode, self.members, scaling, _BLOCK)
        ensemble.calibrate(choices, values, by_order=self.loss != "squared", left_out=left_out)
        self.ensemble_ = ensemble

    def _predict(self, choices: Choices) -> Posterior:
        return self.ensemble_.posterior(choices)

    @cached_property
    def _inputs(self) -> AssessorInputs:
        flow = "flow" in self.space.encodings
        return AssessorInputs(self.space, self.inputs or ("properties" if flow else "both"))

    def _encode(self, choices: Choices) -> tuple[Tensor, ...]:
        return (self._inputs.encode(choices),)

    def _used(self, others: Choices, looked_at: int) -> Choices:
        """The unlabeled that are used: no more than all batches together can look at."""
        most = looked_at if self.most_unlabeled is None else min(self.most_unlabeled, looked_at)
        if len(others) <= most:
            return others
        drawn: Choices = others[self.rng.permutation(len(others))[:most]]
        return drawn

    def _steps(self, labels: int) -> int:
        batches = -(-labels // self.labeled_nodes)
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
    """Rows of the labeled and of the unlabeled in a batch, without end.

    The labels go round in shuffled passes; the unlabeled, which come after them, are drawn.
    """
    while True:
        order = torch.randperm(labels, generator=generator)
        # Equal parts: a last batch of one label would have no order to learn.
        for part in order.tensor_split(-(-labels // most_labels)):
            count = min(others, most_others)
            yield part, labels + torch.randperm(others, generator=generator)[:count]
