"""Makes an objective of what a user has: a plain function, or an object that measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

import numpy as np

from archscout._common.arguments import is_network, refuses
from archscout.errors import SettingsError, kind_of, unknown_name
from archscout.objectives._objective import Direction, Measurement, Objective, as_number
from archscout.spaces.base import Architecture

_ANY = Architecture("any", ())
_OPTIONAL = (
    *("unit", "direction", "space", "rounds"),
    *("pool", "within", "identity", "standing", "noise", "test_value"),
)


class FunctionObjective(Objective):
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


def as_objective(
    objective: Objective | Callable[[Architecture], float | Measurement],
) -> Objective:
    """Take an objective as it is, and make one of a plain function or of what has a ``measure``."""
    if isinstance(objective, type):
        raise SettingsError(
            f"got the class {objective.__name__}, expected an objective: create one of it"
        )
    if isinstance(objective, Objective):
        return _checked(objective, objective)
    if hasattr(objective, "measure"):
        return _checked(_Measuring(objective), objective)
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


def _checked(objective: Objective, given: Any) -> Objective:
    """Refuse a description that would fail once labels are paid for."""
    for name in ("name", "unit"):
        text = getattr(objective, name)
        if not isinstance(text, str):
            raise SettingsError(
                f"got an objective whose {name} is {kind_of(text)}, expected some text"
            )
    if objective.direction not in ("maximize", "minimize"):
        raise unknown_name("direction", str(objective.direction), ("maximize", "minimize"))
    why = refuses(given.measure, _ANY, np.random.default_rng(0))
    if why is not None:
        raise SettingsError(
            f"got {kind_of(given)} whose measure cannot be called with an architecture and a "
            f"generator ({why}), expected measure(arch, rng)"
        )
    return objective


class _Measuring(Objective):
    """An object of another class that has ``measure``: asked for what it has, else the defaults."""

    def __init__(self, given: Any) -> None:
        self.given = given
        self.name = getattr(given, "name", type(given).__name__)
        for member in _OPTIONAL:
            if hasattr(given, member):
                setattr(self, member, getattr(given, member))

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        """Ask the object."""
        measured: Measurement = self.given.measure(arch, rng)
        return measured
