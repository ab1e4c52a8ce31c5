"""A graph network that predicts values from the computation of the cell.

Source:
    Lukasik et al., Neural Architecture Performance Prediction Using Graph Neural Networks, GCPR
    2020, arXiv 2010.10024. Deviations: those of ``_parts/graph_message_network.py``;
    an ensemble instead of one network; narrow vectors and a short schedule with a high learning
    rate, for few labels on a CPU (the authors' are reported as 250 wide, learning rate 1e-5;
    these could not be checked); a loss of the order in place of squared error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray

from archscout.errors import SettingsError, unknown_name
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.graph_message_network import (
    GatedSum,
    GraphMessages,
    GraphScores,
    VertexLSTM,
    encode_graphs,
)
from archscout.predictors._parts.perceptron import Perceptron
from archscout.predictors._parts.taught_members import TaughtMembers
from archscout.predictors._parts.teaching import Teaching, teach
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

# Architectures a block: the members' vectors of all vertices fit in the processor's cache.
_BLOCK = 256
_READOUTS: dict[str, type[GatedSum] | type[VertexLSTM]] = {
    "gated-sum": GatedSum,
    "lstm": VertexLSTM,
}


class GraphNetwork(Predictor):
    """The mean of several graph networks; where they differ, it knows little.

    It reads the graph of ``_parts/forms.py``. Weights do not depend on the
    number of vertices, so it can be asked about cells larger than those it has learnt from.
    Unlabelled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        loss: a name of `archscout.predictors._parts.losses.LOSSES`.
        target: ``"rank"`` or ``"z-score"``; see `Teaching`.
        members: networks, 1 or more; with 1 the spread is 0.
        hidden: width of a vertex's vector, 1 or more.
        rounds: rounds of messages, 0 or more.
        readout: ``"gated-sum"`` over the vertices, or ``"lstm"`` that reads them in order.
        dropout: share of the inner units of the last perceptron that is dropped while it
            learns, from 0 to below 1.
        resample: whether each member learns from labels of its own; see `Teaching`.
        steps: most gradient steps, 1 or more; see `Teaching`.
        batch: labels of a step, 2 or more.
        learning_rate: highest learning rate, above 0.
        weight_decay: decoupled weight decay, 0 or more.

    Raises:
        UnknownNameError: if there is no such loss, target or readout.
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> network = GraphNetwork(space, rng, steps=20).fit(archs, convolutions)
        >>> many, none = network.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        loss: str = "listwise",
        target: str = "rank",
        members: int = 6,
        hidden: int = 24,
        rounds: int = 3,
        readout: Literal["gated-sum", "lstm"] = "gated-sum",
        dropout: float = 0.0,
        resample: bool = True,
        steps: int = 200,
        batch: int = 128,
        learning_rate: float = 0.01,
        weight_decay: float = 0.1,
    ) -> None:
        super().__init__(space, rng)
        if members < 1 or hidden < 1 or rounds < 0 or not 0 <= dropout < 1:
            raise SettingsError(
                f"got members={members}, hidden={hidden}, rounds={rounds}, dropout={dropout}, "
                "expected at least 1 member and 1 hidden unit, no fewer than 0 rounds and a "
                "dropout from 0 to below 1"
            )
        if readout not in _READOUTS:
            raise unknown_name("readout", str(readout), _READOUTS)
        self.members, self.hidden, self.rounds = members, hidden, rounds
        self.readout, self.dropout = readout, dropout
        self.teaching = Teaching(loss, target, steps, batch, learning_rate, weight_decay, resample)
        self._learnt: TaughtMembers | None = None

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Teach all members anew."""
        choices, numbers = labelled(self.space, archs, values)
        if unlabeled is not None:
            self.space.choices(unlabeled)
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        _, marked, _ = self._encode(choices[:1])
        self._learnt = teach(
            self._make_network(marked.shape[-1], generator),
            self._encode,
            choices,
            numbers,
            self.teaching,
            members=self.members,
            rng=self.rng,
            generator=generator,
            block=_BLOCK,
        )
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the members' mean score, and the deviation of their values as the spread."""
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
            members=members,
            widths=(hidden, hidden),
            dropout=self.dropout,
            generator=generator,
        )
        return GraphScores(messages, readout, head)

    def _fitted(self) -> TaughtMembers:
        if self._learnt is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._learnt
