"""Values that spaces hand around: architectures, their choices, variables, forms of tokens."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import ParseError, SettingsError

Choices = NDArray[np.signedinteger[Any]]
"""Option indices ``(n, positions)`` in the type that a space names as its ``choice_dtype``."""


@dataclass(frozen=True, slots=True, order=True)
class Architecture:
    """One point of a search space: frozen, hashable, comparable.

    Args:
        space: name of the space it belongs to.
        choices: one option index a position, as the space's `variables` define them.
    """

    space: str
    choices: tuple[int, ...]


Architectures = Sequence[Architecture] | NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Variable:
    """One decision of a space: its name and its options, in index order.

    Args:
        name: some text.
        options: texts, numbers, booleans, None, enumeration members, classes or functions with
            a name, and tuples of these; at least one.

    Attributes:
        texts: each option as text, ``"3"`` for 3: what `SearchSpace.format`, Optuna and
            records write.

    Raises:
        SettingsError: if the name is empty, there are no options, an option has no text that
            lasts, or two have the same.

    Examples:
        >>> Variable("kernel", (3, 5, None)).texts
        ('3', '5', 'None')
    """

    name: str
    options: tuple[Any, ...]
    texts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise SettingsError(f"got a variable with the name {self.name!r}, expected some text")
        given: object = self.options
        # A text is a sequence too, but nobody means its letters; a set has no order.
        if isinstance(given, str | bytes | set | frozenset) or not isinstance(given, Iterable):
            raise SettingsError(
                f"variable {self.name!r} got options={given!r:.80}, expected a tuple of them"
            )
        options = tuple(given)
        if not options:
            raise SettingsError(f"variable {self.name!r} has no options, expected at least one")
        texts = tuple(_text(self.name, option) for option in options)
        if len(set(texts)) < len(texts):
            twice = next(text for place, text in enumerate(texts) if text in texts[:place])
            raise SettingsError(
                f"two options of variable {self.name!r} have the same text {twice!r}: "
                "give each option a text of its own"
            )
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "texts", texts)
        object.__setattr__(self, "_places", {text: place for place, text in enumerate(texts)})

    def index(self, option: object) -> int:
        """Place of an option that comes as its text or as it is.

        Raises:
            ParseError: if there is no such option.

        Examples:
            >>> Variable("kernel", (3, 5)).index("5"), Variable("kernel", (3, 5)).index(5)
            (1, 1)
        """
        try:
            return self._places[_text(self.name, option)]
        except (KeyError, SettingsError):
            known = ", ".join(self.texts[:10]) + (", ..." if len(self.texts) > 10 else "")
            raise ParseError(
                f"got {self.name}={option!r:.80}, expected one of {known:.400}"
            ) from None


def _text(variable: str, option: object) -> str:
    """A text that is the same in every process."""
    if isinstance(option, str):
        return str(option)
    if isinstance(option, np.generic):
        option = option.item()
    if option is None or isinstance(option, bool | int | float | bytes):
        return repr(option)
    if isinstance(option, tuple | list):
        parts = [_text(variable, part) for part in option]
        return f"({', '.join(parts)})"
    name = option.name if isinstance(option, enum.Enum) else getattr(option, "__name__", None)
    if isinstance(name, str) and "<" not in name:
        return name
    raise SettingsError(
        f"variable {variable!r} has an option of type {type(option).__name__}, expected texts, "
        "numbers, None, classes, functions, or tuples of these: give the option a name as text, "
        "and look it up where the network is built"
    )


def choice_dtype(option_counts: NDArray[np.int64]) -> np.dtype[np.signedinteger[Any]]:
    """The smallest signed type for choices of ``option_counts`` ``(positions,)``; mostly int8.

    Examples:
        >>> choice_dtype(np.array([5, 3])), choice_dtype(np.array([300]))
        (dtype('int8'), dtype('int16'))
    """
    # One is left over, as tokens count from 1.
    return np.min_scalar_type(-int(option_counts.max(initial=0)) - 1)


@dataclass(frozen=True)
class TokenSpec:
    """The form of a token sequence that a decoder may write.

    Args:
        allowed: ``(length, vocabulary)`` booleans, true where a token may stand.
        start: the token that starts decoding; it is never written.
    """

    allowed: NDArray[np.bool_]
    start: int = 0

    @property
    def length(self) -> int:
        """Number of tokens of a sequence."""
        return int(self.allowed.shape[0])

    @property
    def vocabulary(self) -> int:
        """Number of different tokens, the start token included."""
        return int(self.allowed.shape[1])
