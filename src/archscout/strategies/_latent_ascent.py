"""Candidates from ascending a predictor's latent space and decoding what is found there.

Source:
    NAO (arXiv 1808.07233) and SemiNAS (arXiv 2002.10389, algorithm 1, lines 9 to 12): the best
    K architectures by measured or pseudo value are the seeds; the step grows from round to
    round of the ascent. The released SemiNAS code takes the K worst as seeds in two of its
    three tasks (an ascending sort); here the best are taken, as the paper says, and
    ``best_seeds=False`` shows what the slip costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.predictors.base import Predictor
from archscout.spaces.base import Choices
from archscout.strategies._candidates import Candidates, Round, as_rows, collect


@runtime_checkable
class Climber(Protocol):
    """A predictor with a latent space: see `EncoderPredictorDecoder` for what these do."""

    def member_scores(self, archs: Choices) -> NDArray[np.float64]: ...
    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def check_climb(self) -> None: ...
    def climb(self, archs: Choices, step: float) -> Choices: ...


def as_climber(model: Predictor) -> Climber:
    """The predictor, or `SettingsError` if it has no latent space that can be read back."""
    if not isinstance(model, Climber):
        raise SettingsError(
            f"got the predictor {type(model).__name__}, expected one with a latent space and "
            "a decoder: use flow, lstm or graph-vae, or take candidates from the pool"
        )
    model.check_climb()
    return model


@dataclass(frozen=True)
class LatentAscent:
    """Ascends from the best architectures with growing steps.

    Args:
        seeds: number of architectures to start from, K.
        steps: lengths of the ascents, in order.
        enough: stop after the step that brings so many candidates; None takes every step.
        best_seeds: False starts from the worst instead, the slip in the released code.
        fresh_seeds: architectures to start from besides, the best of the unlabeled alone:
            late in a search the best K are all measured. They are candidates themselves too.
    """

    seeds: int
    steps: tuple[float, ...]
    enough: int | None = None
    best_seeds: bool = True
    fresh_seeds: int = 0

    def propose(self, model: Predictor, now: Round) -> Candidates:
        """Propose candidates; the value of an unlabeled one is what the model predicts.

        Raises:
            SettingsError: if the predictor has no latent space to climb in.
        """
        climber = as_climber(model)
        labeled, values, unlabeled, known, within_pool, _ = now
        found: dict[tuple[int, ...], str] = {}
        predicted = climber.member_scores(unlabeled) if len(unlabeled) else np.empty((1, 0))
        measured = np.tile(climber.scores_of(values), (len(predicted), 1))
        starts = self._best(
            np.concatenate([labeled, unlabeled]),
            np.concatenate([measured, predicted], axis=1),
            self.seeds,
        )
        if self.fresh_seeds and len(unlabeled):
            fresh = self._best(unlabeled, predicted, self.fresh_seeds)
            collect(within_pool(fresh), "seed", known, found)
            starts = np.concatenate([starts, fresh])
        for step in self._steps(found):
            collect(within_pool(climber.climb(starts, step)), "latent ascent", known, found)
        return Candidates(as_rows(found, labeled), list(found.values()))

    def _best(self, rows: Choices, scores: NDArray[np.float64], wanted: int) -> Choices:
        """About ``wanted`` of the rows, best first; each member of an ensemble names its own."""
        share = -(-wanted // len(scores))
        order = np.argsort(-scores if self.best_seeds else scores, axis=1, kind="stable")
        places, first = np.unique(order[:, :share].T.ravel(), return_index=True)
        return rows[places[np.argsort(first)]]

    def _steps(self, found: dict[tuple[int, ...], str]) -> Iterator[float]:
        for step in self.steps:
            if self.enough is not None and len(found) >= self.enough:
                return
            yield step
