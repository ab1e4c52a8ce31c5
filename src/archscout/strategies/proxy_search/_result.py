"""What a search by a cheap score hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import given
from archscout._common.plain import plain
from archscout.errors import ArchscoutError, SettingsError
from archscout.spaces.base import Architecture, Choices, SearchSpace

Score = Callable[[Choices], NDArray[np.floating[Any]]]
"""Gives one number for each of choices ``(n, positions)``, ``(n,)``: higher is better."""


@dataclass(frozen=True)
class ProxySearchResult:
    """Every architecture that was scored, each once, in the order of scoring.

    Args:
        space: the space, with its limits if it has any.
        choices: ``(n, positions)``.
        scores: ``(n,)``, higher is better; NaN where the score failed.
        history: one row of plain values for each generation, or block.
        stopped: why the search ended, in words.
    """

    space: SearchSpace
    choices: Choices
    scores: NDArray[np.float64]
    history: list[dict[str, Any]] = field(default_factory=list)
    stopped: str = ""

    @property
    def scored(self) -> int:
        """How many architectures were scored."""
        return len(self.scores)

    @property
    def best(self) -> Architecture:
        """The architecture with the highest score, the first scored of equals.

        Raises:
            ArchscoutError: if every score failed.
        """
        return self.top(1)[0][0]

    @property
    def best_score(self) -> float:
        """The highest score; raises `ArchscoutError` if every one failed."""
        return self.top(1)[0][1]

    def top(self, k: int = 10) -> list[tuple[Architecture, float]]:
        """The k best with their scores, best first, the first scored of equals first.

        Raises:
            ArchscoutError: if every score failed.
        """
        order = best_first(self.scores)[:k]
        order = order[~np.isnan(self.scores[order])]
        if not len(order):
            raise ArchscoutError(
                f"all scores of {self.scored} architectures failed, so there is no best: "
                "repair the score and search again"
            )
        archs = self.space.architectures(self.choices[order])
        return list(zip(archs, self.scores[order].tolist(), strict=True))

    def to_dict(self, top: int = 50) -> dict[str, Any]:
        """Plain values for JSON: the best with texts, counts, history."""
        best = [
            {"architecture": self.space.format(arch), "score": score}
            for arch, score in self.top(top)
        ]
        found = plain(
            {
                "space": self.space.name,
                "limits": [limit.to_dict() for limit in self.space.limits],
                "best": best,
                "scored": self.scored,
                "stopped": self.stopped,
                "history": self.history,
            }
        )
        assert isinstance(found, dict)
        return found


def best_first(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Places ``(n,)`` from the highest score to the lowest, NaN last, equals in their order."""
    return np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")


def checked_scores(score: Score, choices: Choices) -> NDArray[np.float64]:
    """Scores ``(n,)`` of choices ``(n, positions)``, or `SettingsError` for another shape."""
    found = np.asarray(given(score)(choices), dtype=np.float64)
    if found.shape != (len(choices),):
        raise SettingsError(
            f"the score gave shape {found.shape} for {len(choices)} architectures, expected "
            f"({len(choices)},): one number for each"
        )
    return found
