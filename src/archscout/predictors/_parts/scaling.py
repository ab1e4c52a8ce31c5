"""How values become the scores that a network learns, and how its scores become values again."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from archscout.predictors._posterior import Floats


class Scaling(Protocol):
    """A map between values and scores that rises everywhere."""

    def forward(self, values: Floats) -> Floats:
        """Scores of values, any shape."""

    def back(self, scores: Floats) -> Floats:
        """Values of scores, any shape."""


class RankScores:
    """Normal scores of ranks: accuracies have a long tail of broken architectures, ranks none.

    Between the values ``(n,)`` that it was made from the map is linear; beyond them it goes on with
    the slope of their upper third, because a single last gap is too noisy. Ties share a score.
    """

    def __init__(self, values: Floats) -> None:
        from scipy.special import ndtri
        from scipy.stats import rankdata

        ranks = ndtri((rankdata(values) - 0.5) / len(values))
        self._values, first = np.unique(values, return_index=True)
        self._scores = ranks[first]
        known = len(self._values)
        self._slope = 1.0
        if known > 1:
            low = max(0, known - 1 - max(1, known // 3))
            rise = self._values[-1] - self._values[low]
            self._slope = float(rise / (self._scores[-1] - self._scores[low]))

    def forward(self, values: Floats) -> Floats:
        """Scores of values, any shape."""
        beyond = values - np.clip(values, self._values[0], self._values[-1])
        return np.asarray(np.interp(values, self._values, self._scores) + beyond / self._slope)

    def back(self, scores: Floats) -> Floats:
        """Values of scores, any shape."""
        beyond = scores - np.clip(scores, self._scores[0], self._scores[-1])
        return np.asarray(np.interp(scores, self._scores, self._values) + beyond * self._slope)


class LinearScores:
    """``(value - shift) / width``: z-scores, or with ``span`` the range 0..1, of the labels alone.

    The authors' second release standardises with the mean and deviation of the whole table,
    which a search cannot know; this takes those of the labels.
    """

    def __init__(self, values: Floats, *, span: bool) -> None:
        self.shift = float(values.min() if span else values.mean())
        # The deviation of equal values is not always 0: their mean may be rounded.
        same = values.min() == values.max()
        self.width = 1.0 if same else float(np.ptp(values) if span else values.std())

    def forward(self, values: Floats) -> Floats:
        """Scores of values, any shape."""
        return (values - self.shift) / self.width

    def back(self, scores: Floats) -> Floats:
        """Values of scores, any shape."""
        return scores * self.width + self.shift


def make_scaling(kind: str, values: Floats) -> Scaling:
    """The scaling of a preset's ``target``: ``"rank"``, ``"min-max"`` or ``"z-score"``."""
    if kind == "rank":
        return RankScores(values)
    return LinearScores(values, span=kind == "min-max")
