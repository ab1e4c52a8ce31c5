"""A graph network that predicts values from the computation of the cell.

Source:
    Lukasik et al., Neural Architecture Performance Prediction Using Graph Neural Networks, GCPR
    2020, arXiv 2010.10024. Deviations: those of ``_parts/graph_message_network.py``;
    an ensemble instead of one network; narrow vectors and a short schedule with a high learning
    rate, for few labels on a CPU (the authors' are reported as 250 wide, learning rate 1e-5;
    these could not be checked); a loss of the order in place of squared error.
"""

from __future__ import annotations

from typing import Literal

import torch

from archscout._common.settings import Flag
from archscout.predictors._parts import ranges
from archscout.predictors._parts.graph_message_network import (
    GatedSum,
    GraphMessages,
    GraphScores,
    VertexLSTM,
    encode_graphs,
)
from archscout.predictors._parts.perceptron import Perceptron
from archscout.predictors._parts.teaching import teach
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

# Architectures a block: the members' vectors of all vertices fit in the processor's cache.
_BLOCK = 256
_READOUTS: dict[str, type[GatedSum] | type[VertexLSTM]] = {
    "gated-sum": GatedSum,
    "lstm": VertexLSTM,
}


@parameters
class GraphNetwork(Predictor):
    """The mean of several graph networks; where they differ, it knows little.

    It reads the graph of ``_parts/forms.py``. Weights do not depend on the
    number of vertices, so it can be asked about cells larger than those it has learnt from.
    Mean, spread and draws are those of `MLP`. Unlabeled architectures are ignored.

    The registered name ``"offline"`` is this network with the readout ``"lstm"``, squared error
    and 300 steps, after Efficient Neural Architecture Search with Performance Prediction, arXiv
    2108.01854: an end-to-end predictor, a graph network over the cell with a long short-term
    memory over its vertices, taught once and then asked inside an evolution. Nothing beyond this
    outline was at hand: all settings are this project's. That it is taught once is up to who
    uses it.

    Args:
        space: the search space.
        rng: the only source of randomness.
        loss: ``"squared"``, ``"pairwise-logistic"``, ``"pairwise-hinge"`` or ``"listwise"``.
        target: ``"rank"`` for normal scores of the labels' ranks, or ``"z-score"``.
        members: networks, 1 or more; with 1 the spread is 0.
        hidden: width of a vertex's vector, 1 or more.
        rounds: rounds of messages, 0 or more.
        readout: ``"gated-sum"`` over the vertices, or ``"lstm"`` that reads them in order.
        dropout: share of the inner units of the last perceptron that is dropped while it
            learns, from 0 to below 1.
        resample: whether each member leaves out two parts of the labels and weighs the others at
            random; what they miss the left-out ones by widens their deviation.
        steps: most gradient steps, 1 or more; 3 a label where that is less.
        batch: labels of a step, 2 or more.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.

    Examples:
        >>> import numpy as np
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> network = GraphNetwork(space, rng, steps=20).fit(archs, convolutions)
        >>> many, none = network.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    loss: ranges.LossName = "listwise"
    target: ranges.TargetName = "rank"
    members: ranges.OneOrMore = 6
    hidden: ranges.OneOrMore = 24
    rounds: ranges.NoneOrMore = 3
    readout: Literal["gated-sum", "lstm"] = "gated-sum"
    dropout: ranges.ShareBelowOne = 0.0
    resample: Flag = True
    steps: ranges.OneOrMore = 200
    batch: ranges.TwoOrMore = 128
    learning_rate: ranges.AboveZero = 0.01
    weight_decay: ranges.NotNegative = 0.1

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        _, marked, _ = self._encode(choices[:1])
        network = self._make_network(marked.shape[-1], generator)
        self.ensemble_ = teach(self, network, generator, choices, values, block=_BLOCK)

    def _predict(self, choices: Choices) -> Posterior:
        return self.ensemble_.posterior(choices)

    def _encode(self, choices: Choices) -> tuple[torch.Tensor, ...]:
        return encode_graphs(self.space, choices)

    def _make_network(self, operations: int, generator: torch.Generator) -> GraphScores:
        members, hidden = self.members, self.hidden
        messages = GraphMessages(
            members=members,
            operations=operations,
            hidden=hidden,
            rounds=self.rounds,
            generator=generator,
        )
        readout = _READOUTS[self.readout](
            members=members, hidden=hidden, outputs=hidden, generator=generator
        )
        head = Perceptron(
            members=members, widths=(hidden, hidden), dropout=self.dropout, generator=generator
        )
        return GraphScores(messages, readout, head)
