"""The label that is bought, and the attempts that it took."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from archscout.spaces.base import Architecture, SearchSpace


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of several measurements of a label: its price, and why it failed if it did."""

    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """One bought value of one architecture, as the ledger records it.

    Args:
        number: 0-based place in buying order.
        architecture: what was measured.
        value: in the objective's unit and direction; NaN if the measurement failed.
        seconds: cost in seconds (the table's training seconds on a table), that of all attempts.
        error: empty, or why the measurement failed.
        info: the objective's and the strategy's notes (predicted value, round, origin).
        attempts: every measurement, the last one too, where a failed one was bought again;
            else empty.
    """

    number: int
    architecture: Architecture
    value: float
    seconds: float = 0.0
    error: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the measurement failed; it counts all the same."""
        return math.isnan(self.value)

    def bought_again(self, again: Label) -> Label:
        """This failed label after one more measurement; every price is kept.

        Args:
            again: the new measurement with its own price.

        Returns:
            The label in the same place with the new value.
        """
        attempts = (
            *(self.attempts or [Attempt(self.seconds, self.error)]),
            Attempt(again.seconds, again.error),
        )
        seconds = math.fsum(attempt.seconds for attempt in attempts)
        return replace(again, number=self.number, seconds=seconds, attempts=attempts)

    def to_dict(self, space: SearchSpace) -> dict[str, Any]:
        """Plain values for JSON: NaN becomes None, the architecture its standard text."""
        again = [{"seconds": a.seconds, "error": a.error} for a in self.attempts]
        return {
            "number": self.number,
            "architecture": space.format(self.architecture),
            "value": None if self.failed else self.value,
            "seconds": self.seconds,
            "error": self.error,
            "info": dict(self.info),
            **({"attempts": again} if again else {}),
        }
