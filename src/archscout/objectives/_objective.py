"""What scores an architecture: the objective, and its measurement.

Inside archscout higher is always better; an objective with ``direction="minimize"`` is
turned round once, by the study, before a strategy sees a value.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from archscout.errors import SettingsError
from archscout.spaces.base import Architecture, Choices, SearchSpace

Direction = Literal["maximize", "minimize"]


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


class Rounds(Protocol):
    """Measures many architectures together, round by round: what they share is made once."""

    def size(self, bought: int) -> int:
        """How many architectures the next round takes after so many labels; 0 ends the search."""

    def begin(self, archs: Sequence[Architecture]) -> Mapping[Architecture, float]:
        """Make what the measurements of a round share, before the first of them.

        Args:
            archs: the new architectures of the round, whose labels are bought next, or were
                bought by an earlier part of the same search.

        Returns:
            Newer values of architectures of earlier rounds, which the strategy hears in place
            of those that it was told; their labels stay what they are.
        """


class Objective(ABC):
    """Anything that scores an architecture at a cost; only `measure` has to be written.

    A study also takes an object of any other class that has a method ``measure``: what it has
    of the attributes and methods below is asked, and the defaults stand for the rest.

    Attributes:
        name: short text for records and plots; two runs with different names do not mix. Where
            a class says nothing, its own name.
        unit: unit of the values, such as ``"percent"``.
        direction: whether higher (``"maximize"``) or lower (``"minimize"``) is better.
        space: the space that is measured, or its name; None where any can be.
        rounds: how architectures are measured together; None where each is measured alone.

    Examples:
        >>> class Options(Objective):
        ...     unit, direction = "options", "minimize"
        ...     def measure(self, arch, rng):
        ...         return Measurement(len(arch.choices), seconds=0.0)
        >>> Options().name, Options().measure(Architecture("any", (1, 2)), None).value
        ('Options', 2)
    """

    name: str
    unit: str = "score"
    direction: Direction = "maximize"
    space: SearchSpace | str | None = None
    rounds: Rounds | None = None

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if not hasattr(cls, "name") and "name" not in getattr(cls, "__annotations__", ()):
            cls.name = cls.__name__

    @abstractmethod
    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """Measure one architecture; ``rng`` decides all that is random about it."""

    def pool(self) -> Choices | None:
        """Choices that can be measured, ``(n, positions)``; None means the whole space."""
        return None

    def within(self, space: SearchSpace) -> Objective:
        """The objective for a space: what it measures there, within the limits of the space.

        Args:
            space: what is searched, with limits or without.

        Returns:
            An objective whose pool and standings are those within the limits. By default this
            one, of whose pool the study takes what the space allows.

        Raises:
            SettingsError: if it measures another space.
        """
        own = self.space if isinstance(self.space, str) else getattr(self.space, "name", None)
        if own not in (None, space.name):
            raise SettingsError(
                f"got an objective of space {own!r} for space {space.name!r}: "
                "pass the space that the objective measures"
            )
        return self

    def identity(self) -> Mapping[str, Any]:
        """Plain values that tell it from others of the same name, unit and direction.

        A record goes on only where they are what they were: give what values depend on, such as
        the number of epochs or a fingerprint of the images.
        """
        return {}

    def standing(self, arch: Architecture) -> Mapping[str, int] | None:
        """``rank`` of an architecture and ``of`` how many, for reports; None if nobody knows."""
        return None

    def noise(self) -> Mapping[str, float]:
        """What is known of the noise of measurements, for reports; empty if nothing is.

        Returns:
            ``kendall_tau`` between two measurements of the same architectures, ``run_std`` in
            the unit of the values, and ``runs``, how many times one was measured at most.
        """
        return {}

    def test_value(self, arch: Architecture) -> float:
        """Held-out value for the report after the search; NaN where there is none."""
        return math.nan


def as_number(value: object) -> float:
    """Read a measured value: Python, numpy and one-element torch numbers, but no text.

    Raises `TypeError` if it is no single number.
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
