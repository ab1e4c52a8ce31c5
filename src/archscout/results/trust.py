"""The trust check: a few sampled networks trained alone say whether an order means anything.

Not part of the paper: a search without labels cannot tell whether its order is worth anything, so
where labels exist, a few sub-networks are drawn uniformly, trained alone with the same loop, and
their accuracies compared with every order. With eight of them the interval is wide; that is the
honest answer. With four of them even a perfect order is chance once in twelve times.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.results.scores import ANGLE
from archscout.stats import fewest_for_tau, kendall_tau, tau_interval, tau_test

FEWEST = 4
"""With fewer architectures a rank correlation has no interval that could exclude zero."""

SIGNIFICANT = 0.05
ENOUGH = fewest_for_tau(SIGNIFICANT)
"""With fewer no order can be told from chance: 2 of the 24 orders of four are perfect."""

Judgement = Literal["better", "worse", "chance", "too few"]


@dataclass(frozen=True)
class TrustCheck:
    """Networks that were trained alone, and how each order agrees with their accuracy.

    Args:
        architectures: their texts, ``k`` of them.
        accuracies: percent on held-out images, ``(k,)``.
        scores: by name of the way, ``(k,)``.
        epochs: how long each was trained.
        seed: draws the resamples of the intervals.
        judged: name of the way that the check is about.

    Raises:
        SettingsError: if lengths differ or there are fewer than `FEWEST`.

    Examples:
        >>> check = TrustCheck(list("abcde"), [10, 20, 30, 40, 50], {"angle": [1, 2, 3, 4, 5]}, 1)
        >>> round(check.rows()[0]["tau"], 3), check.names_a_winner
        (1.0, True)
    """

    architectures: Sequence[str]
    accuracies: NDArray[np.float64] | Sequence[float]
    scores: Mapping[str, NDArray[np.float64] | Sequence[float]]
    epochs: int
    seed: int = 0
    judged: str = ANGLE

    def __post_init__(self) -> None:
        count = len(self.architectures)
        if count < FEWEST:
            raise SettingsError(
                f"got {count} architectures for the trust check, expected at least {FEWEST}: fewer "
                "say nothing of an order"
            )
        sizes = {name: len(values) for name, values in self.scores.items()}
        sizes["accuracies"] = len(self.accuracies)
        wrong = [name for name, size in sizes.items() if size != count]
        if wrong:
            raise SettingsError(
                f"got {sizes[wrong[0]]} {wrong[0]} for {count} architectures, expected one each"
            )

    def rows(self) -> list[dict[str, Any]]:
        """What each way's order is worth.

        Returns:
            Rows with ``way``, ``tau`` (tau-b with the accuracies), ``low`` and ``high`` (its
            interval), ``p_value`` (two-sided, over all orders of the networks) and ``least_p``,
            the smallest that so many networks with these ties can give.
        """
        return [dict(row) for row in self._rows]

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        found = []
        for way, values in self.scores.items():
            tau = kendall_tau(values, self.accuracies)
            # Every way has the same resamples, so that equal orders have equal intervals.
            rngs = [np.random.default_rng(self.seed) for _ in range(2)]
            low, high = tau_interval(values, self.accuracies, rngs[0])
            test = tau_test(values, self.accuracies, rngs[1])
            found.append(
                {
                    "way": way,
                    "tau": tau,
                    "low": low,
                    "high": high,
                    "p_value": test.p_value,
                    "least_p": test.least,
                }
            )
        return found

    @property
    def judgement(self) -> Judgement:
        """What the judged way's order shows.

        ``"chance"``: it may be chance. ``"too few"``: no order of so few networks, or of so many
        equal ones, could show more. ``"better"`` and ``"worse"``: interval and test say that it
        orders better than chance, or the wrong way round.
        """
        row = next(row for row in self._rows if row["way"] == self.judged)
        if row["least_p"] > SIGNIFICANT:
            return "too few"
        sure = row["p_value"] <= SIGNIFICANT
        if sure and row["low"] > 0:
            return "better"
        return "worse" if sure and row["high"] < 0 else "chance"

    @property
    def names_a_winner(self) -> bool:
        """Whether the judged way orders better than chance."""
        return self.judgement == "better"

    @property
    def rival(self) -> str | None:
        """The other way that orders best, if it orders no worse than the judged one."""
        rows = {row["way"]: row["tau"] for row in self._rows if not math.isnan(row["tau"])}
        judged = rows.pop(self.judged, -math.inf)
        best = max(rows, key=lambda way: float(rows[way]), default=None)
        return best if best is not None and rows[best] >= judged else None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave."""
        return cls(
            [str(text) for text in data["architectures"]],
            [float(value) for value in data["accuracies"]],
            {str(way): list(map(_number, values)) for way, values in data["scores"].items()},
            int(data["epochs"]),
            int(data.get("seed", 0)),
            str(data.get("judged", ANGLE)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values; scores are in ``scores``, what they are worth in ``agreement``."""
        return {
            "architectures": list(self.architectures),
            "accuracies": list(self.accuracies),
            "scores": {way: list(values) for way, values in self.scores.items()},
            "epochs": self.epochs,
            "seed": self.seed,
            "judged": self.judged,
            "agreement": self.rows(),
            "judgement": self.judgement,
            "networks_needed": ENOUGH,
        }


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
