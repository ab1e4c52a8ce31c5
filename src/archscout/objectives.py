"""What scores an architecture: the objective, its measurement, and the label that is bought.

Inside archscout higher is always better; an objective with ``direction="minimize"`` is
turned round once, by the study, before a strategy sees a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from archscout.errors import SettingsError, unknown_name
from archscout.spaces.base import Architecture, Choices, SearchSpace

Direction = Literal["maximize", "minimize"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value of one architecture.

    Args:
        value: in the objective's unit; NaN means that the measurement failed.
        seconds: what it cost, in seconds of training.
        info: further plain values (text, numbers) to keep with the record; columns ``info.NAME``
            of the table of labels.
    """

    value: float
    seconds: float = 0.0
    info: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Objective(Protocol):
    """Anything that scores an architecture at a cost.

    Attributes:
        name: short text for records and plots; two runs with different names do not mix.
        unit: unit of the values, such as ``"percent"``.
        direction: whether higher (``"maximize"``) or lower (``"minimize"``) is better.
    """

    name: str
    unit: str
    direction: Direction

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """Measure one architecture; ``rng`` decides all that is random about it."""

    def pool(self) -> Choices | None:
        """Choices that can be measured, ``(n, positions)``; None means the whole space."""

    def test_value(self, arch: Architecture) -> float:
        """Held-out value for the report after the search; NaN where there is none."""


class FunctionObjective:
    """Makes an objective of a plain function ``architecture -> float or Measurement``.

    Examples:
        >>> objective = FunctionObjective(lambda arch: sum(arch.choices), unit="points")
        >>> objective.measure(Architecture("any", (1, 2)), np.random.default_rng(0)).value
        3.0
    """

    def __init__(
        self,
        function: Callable[[Architecture], float | Measurement],
        *,
        name: str | None = None,
        unit: str = "score",
        direction: Direction = "maximize",
    ) -> None:
        if direction not in ("maximize", "minimize"):
            raise unknown_name("direction", str(direction), ("maximize", "minimize"))
        self.function = function
        self.name = str(name or getattr(function, "__name__", "function"))
        self.unit = unit
        self.direction: Direction = direction

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """Call the function; a plain number becomes a `Measurement` without a cost."""
        value = self.function(arch)
        return value if isinstance(value, Measurement) else Measurement(as_number(value))

    def pool(self) -> Choices | None:
        """The whole space can be measured."""
        return None

    def test_value(self, arch: Architecture) -> float:
        """A function has no held-out value."""
        return math.nan


def as_number(value: object) -> float:
    """Read a measured value: Python, numpy and one-element torch numbers, but no text.

    Raises:
        TypeError: if it is no single number.

    Examples:
        >>> as_number(np.float32(0.5))
        0.5
    """
    if isinstance(value, str | bytes | bytearray):
        raise TypeError(f"measured the text {value!r}, expected a number")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        kind = type(value).__name__
        raise TypeError(f"measured {kind}, expected a single number ({error})") from None


def as_objective(
    objective: Objective | Callable[[Architecture], float | Measurement],
) -> Objective:
    """Take an objective as it is, and make one of a plain function.

    Raises:
        SettingsError: if it is neither.

    Examples:
        >>> as_objective(lambda arch: 1.0).unit
        'score'
    """
    if isinstance(objective, type):
        raise SettingsError(
            f"got the class {objective.__name__}, expected an objective: create one of it"
        )
    if isinstance(objective, Objective):
        return objective
    if callable(objective):
        return FunctionObjective(objective)
    raise SettingsError(
        f"got {type(objective).__name__}, expected an objective or a function of an architecture: "
        "load a benchmark or pass a function"
    )


@dataclass(frozen=True, slots=True)
class Label:
    """One bought value of one architecture, as the ledger records it.

    Args:
        number: 0-based place in buying order.
        architecture: what was measured.
        value: in the objective's unit and direction; NaN if the measurement failed.
        seconds: cost in seconds (the table's training seconds on a table).
        error: empty, or why the measurement failed.
        info: the objective's and the strategy's notes (predicted value, round, origin).
    """

    number: int
    architecture: Architecture
    value: float
    seconds: float = 0.0
    error: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the measurement failed; it counts all the same."""
        return math.isnan(self.value)

    def to_dict(self, space: SearchSpace) -> dict[str, Any]:
        """Plain values for JSON: NaN becomes None, the architecture its standard text."""
        return {
            "number": self.number,
            "architecture": space.format(self.architecture),
            "value": None if self.failed else self.value,
            "seconds": self.seconds,
            "error": self.error,
            "info": dict(self.info),
        }
