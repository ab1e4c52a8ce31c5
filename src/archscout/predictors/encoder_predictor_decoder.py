"""The encoder-predictor-decoder of NAO and SemiNAS as a predictor that can also propose.

The encoder turns an architecture into a vector, the predictor reads its value off the vector,
the decoder writes an architecture from a vector. Ascending the predicted value in the space
of vectors and decoding gives new architectures (`climb`).

Source:
    NAO: Luo et al., NeurIPS 2018, arXiv 1808.07233. SemiNAS: Luo et al., NeurIPS 2020,
    arXiv 2002.10389, section 3. Which layers and which schedule: ``_parts/presets.py``.
    Deviations of the ``fast`` preset: a flow network in place of LSTMs, an ensemble in one
    batch, rank targets, all labels in every step.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout._common.own_state import own_state
from archscout.errors import SettingsError
from archscout.predictors._parts.checks import guessed, labelled
from archscout.predictors._parts.flow_network import FlowNetwork
from archscout.predictors._parts.forms import TokenForm
from archscout.predictors._parts.lstm_network import LSTMNetwork
from archscout.predictors._parts.network import Table, TableCache
from archscout.predictors._parts.presets import Preset, find_preset
from archscout.predictors._parts.scaling import Scaling, make_scaling
from archscout.predictors._parts.training import Batch, mixed_steps, shuffled_passes, train
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

# Small enough for the members' vectors to stay in the processor's cache.
_CHUNK = 256


class EncoderPredictorDecoder(Predictor):
    """Learns from labels, and from unlabelled architectures how to write architectures.

    Args:
        space: the search space.
        rng: the only source of randomness.
        preset: a name of `archscout.predictors._parts.presets.PRESETS`, or a `Preset`.
        warm_start: whether `fit` goes on from the weights of the last `fit`, as SemiNAS does
            from round to round.

    Attributes:
        steps_: gradient steps taken so far.
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        preset: str | Preset = "fast",
        warm_start: bool = False,
    ) -> None:
        super().__init__(space, rng)
        self.preset = find_preset(preset)
        self.warm_start = warm_start
        self.tokens = TokenForm(space, self.preset.tokens)
        self._tables = TableCache(space, self.tokens)
        self.steps_ = 0
        self._network: FlowNetwork | LSTMNetwork | None = None
        self._scaling: Scaling | None = None
        self._member_weights: dict[bytes, NDArray[np.float32]] = {}

    # --- learning ---------------------------------------------------------------------------
    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Learn from labels; the flow network also learns to write unlabelled architectures."""
        choices, numbers = labelled(self.space, archs, values)
        others = self._others(unlabeled)
        table = self._encode(np.concatenate([choices, others]))
        first = self._network is None or not self.warm_start
        if first:
            self._generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
            self._network = self._make_network(table)
        self._rescale(numbers, first=first)
        labels = self._labels(choices, numbers)
        if self.preset.network == "lstm":
            steps = self.preset.epochs_first * self._steps_an_epoch(len(choices))
            self._run_epochs(table, labels, labels.scores[0], steps)
        else:
            steps = self.preset.steps_first if first else self.preset.steps_more
            self._run_steps(table, labels, self._unvalued(len(choices), len(others)), steps)
        return self

    def fit_pseudo(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures,
        pseudo: NDArray[np.float64],
    ) -> Self:
        """Go on from the present weights with labels and pseudo-labels together.

        Raises:
            SettingsError: before `fit`, or if there is not one finite pseudo-label for each
                unlabelled architecture.
        """
        choices, numbers = labelled(self.space, archs, values)
        others = self._others(unlabeled)
        pseudo = guessed(pseudo, len(others))
        _, scaling = self._fitted()
        table = self._encode(np.concatenate([choices, others]))
        labels = self._labels(choices, numbers)
        # A common guess for all members would make them agree, and agreement without labels is
        # false certainty: each keeps its distance from their mean.
        members = self.member_scores(others)
        apart = members - members.mean(axis=0)
        guesses = torch.from_numpy((scaling.forward(pseudo) + apart).astype(np.float32))
        if self.preset.network == "lstm":
            scores = torch.cat([labels.scores[0].repeat(self.preset.upsample), guesses[0]])
            rows = torch.cat(
                [labels.rows.repeat(self.preset.upsample), self._rows(len(choices), len(others))]
            )
            steps = self.preset.epochs_more * self._steps_an_epoch(len(rows))
            self._run_epochs(table, labels._replace(rows=rows), scores, steps)
        else:
            extra = self._unvalued(len(choices), len(others))
            extra = extra._replace(scores=guesses, weights=torch.ones_like(guesses))
            self._run_steps(table, labels, extra, self.preset.steps_more)
        return self

    @own_state()
    def fit_control(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled_count: int,
    ) -> Self:
        """Take as many further steps as `fit_pseudo` with so many architectures, labels alone.

        This is the control of every claim about unlabelled architectures.

        Raises:
            SettingsError: before `fit`.
        """
        choices, numbers = labelled(self.space, archs, values)
        self._fitted()
        table = self._encode(choices)
        labels = self._labels(choices, numbers)
        if self.preset.network == "flow":
            self._run_steps(table, labels, self._unvalued(0, 0), self.preset.steps_more)
            return self
        rows = len(choices) * self.preset.upsample + unlabeled_count
        steps = self.preset.epochs_more * self._steps_an_epoch(rows)
        self._run_epochs(table, labels, labels.scores[0], steps)
        return self

    # --- predicting -------------------------------------------------------------------------
    def predict(self, archs: Architectures) -> Prediction:
        """Mean over the members, and their deviation as the spread; 0 for a single member."""
        _, scaling = self._fitted()
        scores = self.member_scores(archs)
        return Prediction(scaling.back(scores.mean(axis=0)), scaling.back(scores).std(axis=0))

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and deviation of the members' scores."""
        scores = self.member_scores(archs)
        return Prediction(scores.mean(axis=0), scores.std(axis=0))

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values as each member sees them, ``(members, n)``."""
        _, scaling = self._fitted()
        return scaling.back(self.member_scores(archs))

    @own_state()
    def member_scores(self, archs: Architectures) -> NDArray[np.float64]:
        """Scores of every member, ``(members, n)``; they rank as values do."""
        network, _ = self._fitted()
        table = self._encode(self.space.choices(archs))
        parts = [np.empty((network.members, 0))]
        with torch.inference_mode():
            for rows in torch.arange(len(table)).split(_CHUNK):  # type: ignore[no-untyped-call]
                parts.append(network.value(network.embed(table, rows)).double().numpy())
        return np.concatenate(parts, axis=1)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores of measured values, on the scale of `member_scores`; same shape."""
        _, scaling = self._fitted()
        return scaling.forward(values)

    @own_state()
    def climb(self, archs: Architectures, step: float) -> Choices:
        """Ascend from each architecture by ``step`` and decode.

        Args:
            archs: ``n`` architectures to start from.
            step: length of the ascent; see the network's ``ascend`` for its unit.

        Returns:
            Choices of what was written and is valid, at most ``(members * n, positions)``.
        """
        network, _ = self._fitted()
        choices = self.space.choices(archs)
        if len(choices) == 0:
            return choices
        table = self._encode(choices)
        with torch.no_grad():
            embedding = network.embed(table, torch.arange(len(table)))
        moved = network.ascend(embedding, step)
        with torch.no_grad():
            tokens = network.write(moved).numpy()
        return self.tokens.read(tokens.reshape(-1, tokens.shape[-1]))

    # --- parts ------------------------------------------------------------------------------
    def _fitted(self) -> tuple[FlowNetwork | LSTMNetwork, Scaling]:
        if self._network is None or self._scaling is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._network, self._scaling

    def _others(self, unlabeled: Architectures | None) -> Choices:
        return self.space.choices([] if unlabeled is None else unlabeled)

    def _encode(self, choices: Choices) -> Table:
        return self._tables.encode(choices)

    def _make_network(self, table: Table) -> FlowNetwork | LSTMNetwork:
        preset, allowed = self.preset, torch.from_numpy(self.tokens.spec.allowed.copy())
        if preset.network == "lstm":
            squeeze = preset.target == "min-max"
            return LSTMNetwork(
                allowed=allowed,
                hidden=preset.hidden,
                mlp_hidden=preset.mlp_hidden,
                sigmoid=squeeze,
                dropout=preset.dropout,
                generator=self._generator,
            )
        return FlowNetwork(
            members=preset.members,
            operations=table.operations.shape[2],
            allowed=allowed,
            targets=table.structure.shape[1],
            hidden=preset.hidden,
            dropout=preset.dropout,
            generator=self._generator,
        )

    def _rescale(self, values: NDArray[np.float64], *, first: bool) -> None:
        # Fixed z-scores: a network that is carried over would see its labels move.
        if first or self.preset.target != "z-score":
            self._scaling = make_scaling(self.preset.target, values)

    def _labels(self, choices: Choices, values: NDArray[np.float64]) -> Batch:
        _, scaling = self._fitted()
        scores = torch.from_numpy(scaling.forward(values).astype(np.float32))[None]
        weights = torch.ones_like(scores)
        if self.preset.resample:
            weights = torch.from_numpy(np.stack([self._weights_of(c) for c in choices], axis=1))
        return Batch(torch.arange(len(choices)), scores, weights)

    def _weights_of(self, row: Choices) -> NDArray[np.float32]:
        """Each member's weight of a label, drawn once: members differ, and stay different."""
        key = row.tobytes()
        if key not in self._member_weights:
            drawn = self.rng.exponential(size=self.preset.members)
            self._member_weights[key] = drawn.astype(np.float32)
        return self._member_weights[key]

    @staticmethod
    def _rows(start: int, count: int) -> Tensor:
        return torch.arange(start, start + count)

    def _unvalued(self, start: int, count: int) -> Batch:
        nothing = torch.zeros((1, count))
        return Batch(self._rows(start, count), nothing, nothing)

    def _steps_an_epoch(self, rows: int) -> int:
        return -(-rows // self.preset.batch)

    def _run_epochs(self, table: Table, labels: Batch, scores: Tensor, steps: int) -> None:
        network, _ = self._fitted()
        passes = shuffled_passes(labels.rows, scores, self.preset.batch, self._generator)
        batches = itertools.islice(passes, steps)
        self.steps_ += train(network, table, batches, steps, self.preset)

    def _run_steps(self, table: Table, labels: Batch, others: Batch, steps: int) -> None:
        network, _ = self._fitted()
        size = self.preset.unlabelled_batch
        batches = mixed_steps(labels, others, steps, size, self._generator)
        self.steps_ += train(network, table, batches, steps, self.preset)
