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

from collections.abc import Iterator
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout._common.own_state import own_state
from archscout._common.settings import Flag
from archscout.predictors._parts.checks import check_labels
from archscout.predictors._parts.flow_network import FlowNetwork
from archscout.predictors._parts.forms import TokenForm
from archscout.predictors._parts.lstm_network import LSTMNetwork
from archscout.predictors._parts.members import member_posterior
from archscout.predictors._parts.network import Table, TableCache
from archscout.predictors._parts.presets import Preset, find_preset
from archscout.predictors._parts.scaling import make_scaling
from archscout.predictors._parts.training import Batch, mixed_steps, shuffled_passes, train
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, Values, parameters
from archscout.spaces.base import Architectures, Choices

# Small enough for the members' vectors to stay in the processor's cache.
_CHUNK = 256


@parameters
class EncoderPredictorDecoder(Predictor):
    """Learns from labels, and from unlabeled architectures how to write architectures.

    The mean is the value of the members' mean score, the spread the deviation of their values, 0
    for a single member, and a draw is what one member sees. `fit_pseudo` goes on from the present
    weights.

    Args:
        space: the search space.
        rng: the only source of randomness.
        preset: ``"fast"``, ``"lstm"``, ``"paper-300"``, ``"paper-2000"``,
            ``"paper-imagenet"`` or a `Preset` of your own.
        warm_start: whether `fit` goes on from the weights of the last `fit`, as SemiNAS does
            from round to round.

    Attributes:
        steps_: gradient steps taken so far.
    """

    preset: str | Preset = "fast"
    warm_start: Flag = False

    steps_ = 0

    def check(self) -> None:
        """Refuse a preset that does not exist."""
        super().check()
        find_preset(self.preset)

    # --- learning ---------------------------------------------------------------------------
    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        preset = self._preset
        table = self._tables.encode(np.concatenate([choices, unlabeled]))
        first = not (self._fitted and self.warm_start)
        if first:
            self._generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
            self.network_ = self._make_network(table)
        # Fixed z-scores: a network that is carried over would see its labels move.
        if first or preset.target != "z-score":
            self.scaling_ = make_scaling(preset.target, values)
        labels = self._labels(choices, values)
        if preset.network == "lstm":
            steps = preset.epochs_first * self._steps_an_epoch(len(choices))
            self._run_epochs(table, labels, labels.scores[0], steps)
        else:
            steps = preset.steps_first if first else preset.steps_more
            self._run_steps(table, labels, _unvalued(len(choices), len(unlabeled)), steps)

    def _fit_pseudo(
        self, choices: Choices, values: Floats, unlabeled: Choices, pseudo: Floats
    ) -> None:
        self._check_fitted()
        preset = self._preset
        table = self._tables.encode(np.concatenate([choices, unlabeled]))
        labels = self._labels(choices, values)
        # A common guess for all members would make them agree, and agreement without labels is
        # false certainty: each keeps its distance from their mean.
        members = self._member_scores(unlabeled)
        apart = members - members.mean(axis=0)
        guesses = torch.from_numpy((self.scaling_.forward(pseudo) + apart).astype(np.float32))
        extra = _unvalued(len(choices), len(unlabeled))
        if preset.network == "lstm":
            scores = torch.cat([labels.scores[0].repeat(preset.upsample), guesses[0]])
            rows = torch.cat([labels.rows.repeat(preset.upsample), extra.rows])
            steps = preset.epochs_more * self._steps_an_epoch(len(rows))
            self._run_epochs(table, labels._replace(rows=rows), scores, steps)
        else:
            extra = extra._replace(scores=guesses, weights=torch.ones_like(guesses))
            self._run_steps(table, labels, extra, preset.steps_more)

    @own_state()
    def fit_control(self, archs: Architectures, values: Values, unlabeled_count: int) -> Self:
        """Take as many further steps as `fit_pseudo` with so many architectures, labels alone.

        This is the control of every claim about unlabeled architectures.

        Raises:
            SettingsError: before `fit`.
        """
        choices, numbers = check_labels(self.space, archs, values)
        self._check_fitted()
        preset, table = self._preset, self._tables.encode(choices)
        labels = self._labels(choices, numbers)
        if preset.network == "flow":
            self._run_steps(table, labels, _unvalued(0, 0), preset.steps_more)
            return self
        rows = len(choices) * preset.upsample + unlabeled_count
        steps = preset.epochs_more * self._steps_an_epoch(rows)
        self._run_epochs(table, labels, labels.scores[0], steps)
        return self

    # --- predicting -------------------------------------------------------------------------
    def _predict(self, choices: Choices) -> Posterior:
        return member_posterior(self._member_scores(choices), self.scaling_)

    @own_state()
    def member_scores(self, archs: Architectures) -> Floats:
        """Scores of every member, ``(members, n)``; they rank as values do."""
        self._check_fitted()
        return self._member_scores(self.space.as_choices(archs))

    def _member_scores(self, choices: Choices) -> Floats:
        network, table = self.network_, self._tables.encode(choices)
        parts = [np.empty((network.members, 0))]
        with torch.inference_mode():
            for rows in torch.arange(len(table)).split(_CHUNK):  # type: ignore[no-untyped-call]
                parts.append(network.value(network.embed(table, rows)).double().numpy())
        return np.concatenate(parts, axis=1)

    def scores_of(self, values: Floats) -> Floats:
        """Scores of measured values, on the scale of `member_scores`; same shape."""
        self._check_fitted()
        return self.scaling_.forward(values)

    def check_climb(self) -> None:
        """Every space reads back what the decoder writes."""

    @own_state()
    def climb(self, archs: Architectures, step: float) -> Choices:
        """Ascend from each architecture by ``step`` and decode.

        Args:
            archs: ``n`` architectures to start from.
            step: length of the ascent; see the network's ``ascend`` for its unit.

        Returns:
            Choices of what was written and is valid, at most ``(members * n, positions)``.
        """
        self._check_fitted()
        network, choices = self.network_, self.space.as_choices(archs)
        if len(choices) == 0:
            return choices
        table = self._tables.encode(choices)
        with torch.no_grad():
            embedding = network.embed(table, torch.arange(len(table)))
        moved = network.ascend(embedding, step)
        with torch.no_grad():
            tokens = network.write(moved).numpy()
        return self._tables.tokens.read(tokens.reshape(-1, tokens.shape[-1]))

    # --- parts ------------------------------------------------------------------------------
    @property
    def _preset(self) -> Preset:
        return find_preset(self.preset)

    @cached_property
    def _tables(self) -> TableCache:
        return TableCache(self.space, TokenForm(self.space, self._preset.tokens))

    def _make_network(self, table: Table) -> FlowNetwork | LSTMNetwork:
        preset = self._preset
        allowed = torch.from_numpy(self._tables.tokens.spec.allowed.copy())
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

    def _labels(self, choices: Choices, values: Floats) -> Batch:
        scores = torch.from_numpy(self.scaling_.forward(values).astype(np.float32))[None]
        weights = torch.ones_like(scores)
        if self._preset.resample:
            weights = torch.from_numpy(np.stack([self._weights_of(c) for c in choices], axis=1))
        return Batch(torch.arange(len(choices)), scores, weights)

    def _weights_of(self, row: Choices) -> NDArray[np.float32]:
        known = self.__dict__.setdefault("member_weights_", {})
        key = row.tobytes()
        if key not in known:
            drawn = self.rng.exponential(size=self._preset.members)
            known[key] = drawn.astype(np.float32)
        weights: NDArray[np.float32] = known[key]
        return weights

    def _steps_an_epoch(self, rows: int) -> int:
        return -(-rows // self._preset.batch)

    def _run_epochs(self, table: Table, labels: Batch, scores: Tensor, steps: int) -> None:
        batches = shuffled_passes(labels.rows, scores, self._preset.batch, self._generator)
        self._run(table, batches, steps)

    def _run_steps(self, table: Table, labels: Batch, others: Batch, steps: int) -> None:
        size = self._preset.unlabeled_batch
        self._run(table, mixed_steps(labels, others, size, self._generator), steps)

    def _run(self, table: Table, batches: Iterator[Batch], steps: int) -> None:
        train(self.network_, table, batches, steps, self._preset)
        self.steps_ += steps


def _unvalued(start: int, count: int) -> Batch:
    """Rows of the table without a value."""
    nothing = torch.zeros((1, count))
    return Batch(torch.arange(start, start + count), nothing, nothing)
