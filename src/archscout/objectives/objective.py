"""What scores an architecture: the objective, its measurement, and the label that is bought.

Inside archscout higher is always better; an objective with ``direction="minimize"`` is
turned round once, by the study, before a strategy sees a value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from archscout._common.arguments import is_network, refuses
from archscout.errors import SettingsError, kind_of, unknown_name
from archscout.spaces.base import Architecture, Choices, SearchSpace

Direction = Literal["maximize", "minimize"]
_ANY = Architecture("any", ())
_MEMBERS = ("measure", "pool", "test_value", "name", "unit", "direction")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value of one architecture.

    Args:
        value: in the objective's unit; NaN means that the measurement failed.
        seconds: what it cost, in seconds of training; None lets the search time it.
        info: further plain values (text, numbers) to keep with the record; columns ``info.NAME``
            of the table of labels.
    """

    value: float
    seconds: float | None = None
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
        why = "it is no function" if not callable(function) else refuses(function, _ANY)
        if why is not None:
            raise SettingsError(
                f"got an objective that cannot be called with one architecture ({why}), expected "
                "a function of an architecture: lambda arch: ... can give what else it needs"
            )
        self.function = function
        self.name = str(name or getattr(function, "__name__", "function"))
        self.unit = unit
        self.direction: Direction = direction

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """Call the function; a plain number becomes a `Measurement` that the search times."""
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
    if np.ma.is_masked(value):
        raise TypeError("measured a masked value, expected a number")
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, str | bytes | bytearray):
        raise TypeError(f"measured the text {value[:80]!r}, expected a number")
    if value is None:
        raise TypeError("measured NoneType, expected a single number: is a return missing?")
    if isinstance(value, np.complexfloating):
        raise TypeError("measured a complex number, expected a real one")
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
        return _checked(objective)
    lacking = [name for name in _MEMBERS if not hasattr(objective, name)]
    if "measure" not in lacking:
        raise SettingsError(
            f"got {kind_of(objective)} that has no {' and no '.join(lacking)}, expected an "
            "objective: give it these, or pass a function of an architecture"
        )
    if callable(objective) and not is_network(objective):
        return FunctionObjective(objective)
    hint = "load a benchmark or pass a function"
    if isinstance(objective, Mapping):
        hint = "pass a function such as lambda arch: values[arch]"
    elif isinstance(objective, str | PathLike):
        hint = "load_benchmark(name) loads a table"
    elif is_network(objective):
        hint = "pass a function that builds, trains and scores the network of an architecture"
    raise SettingsError(
        f"got {kind_of(objective)}, expected an objective or a function of an architecture: {hint}"
    )


def _checked(objective: Objective) -> Objective:
    """Refuse a description that would fail once labels are paid for."""
    for name in ("name", "unit"):
        text = getattr(objective, name)
        if not isinstance(text, str):
            raise SettingsError(
                f"got an objective whose {name} is {kind_of(text)}, expected some text"
            )
    if objective.direction not in ("maximize", "minimize"):
        raise unknown_name("direction", str(objective.direction), ("maximize", "minimize"))
    why = refuses(objective.measure, _ANY, np.random.default_rng(0))
    if why is not None:
        raise SettingsError(
            f"got {kind_of(objective)} whose measure cannot be called with an architecture and a "
            f"generator ({why}), expected measure(arch, rng)"
        )
    return objective


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
