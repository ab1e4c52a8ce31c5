"""Candidates from ascending a predictor's latent space and decoding what is found there.

Source:
    NAO (arXiv 1808.07233) and SemiNAS (arXiv 2002.10389, algorithm 1, lines 9 to 12): the best
    K architectures by measured or pseudo value are the seeds; the step grows from round to
    round of the ascent. The released SemiNAS code takes the K worst as seeds in two of its
    three tasks (an ascending sort); here the best are taken, as the paper says, and
    ``best_seeds=False`` shows what the slip costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder

Buyable = Callable[[NDArray[np.int8]], NDArray[np.int8]]


class Candidates(NamedTuple):
    """Choices ``(n, positions)``, all different, and where each came from, ``(n,)``."""

    choices: NDArray[np.int8]
    origins: list[str]


@dataclass(frozen=True)
class LatentAscent:
    """Ascends from the best architectures with growing steps.

    Args:
        seeds: number of architectures to start from, K.
        steps: lengths of the ascents, in order.
        enough: stop after the step that brings so many candidates; None takes every step.
        best_seeds: False starts from the worst instead, the slip in the released code.
        fresh_seeds: architectures to start from besides, the best of the unlabelled alone:
            late in a search the best K are all measured. They are candidates themselves too.
    """

    seeds: int
    steps: tuple[float, ...]
    enough: int | None = None
    best_seeds: bool = True
    fresh_seeds: int = 0

    def propose(
        self,
        model: EncoderPredictorDecoder,
        labelled: NDArray[np.int8],
        values: NDArray[np.float64],
        unlabelled: NDArray[np.int8],
        *,
        known: set[tuple[int, ...]],
        buyable: Buyable,
    ) -> Candidates:
        """Propose candidates.

        Args:
            model: the fitted predictor.
            labelled: choices ``(n, positions)`` of measured architectures.
            values: ``(n,)`` their values.
            unlabelled: choices ``(m, positions)``; their value is what the model predicts.
            known: architectures that are no candidates.
            buyable: gives those of some choices that can be bought; only they are candidates.
        """
        found: dict[tuple[int, ...], str] = {}
        predicted = model.member_scores(unlabelled) if len(unlabelled) else np.empty((1, 0))
        measured = np.tile(model.scores_of(values), (len(predicted), 1))
        starts = self._best(
            np.concatenate([labelled, unlabelled]),
            np.concatenate([measured, predicted], axis=1),
            self.seeds,
        )
        if self.fresh_seeds and len(unlabelled):
            fresh = self._best(unlabelled, predicted, self.fresh_seeds)
            _collect(buyable(fresh), "seed", known, found)
            starts = np.concatenate([starts, fresh])
        for step in self._steps(found):
            _collect(buyable(model.climb(starts, step)), "latent ascent", known, found)
        rows = np.array(list(found), dtype=np.int8).reshape(len(found), labelled.shape[1])
        return Candidates(rows, list(found.values()))

    def _best(
        self, rows: NDArray[np.int8], scores: NDArray[np.float64], wanted: int
    ) -> NDArray[np.int8]:
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


def _collect(
    rows: NDArray[np.int8],
    origin: str,
    known: set[tuple[int, ...]],
    found: dict[tuple[int, ...], str],
) -> None:
    for row in map(tuple, rows.tolist()):
        if row not in known:
            found.setdefault(row, origin)
