"""How valid architectures are drawn: by rejection while that finds some, else from a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces._architecture import Choices, Variable

_EMPTY = 100  # Rounds in a row that find nothing before a rarer part of a space is assumed.
_BATCHES, _BATCH, _NUMBERS = 16, 16_384, 2**21


class Drawable(Protocol):
    """What drawing needs to know of a space."""

    name: str
    variables: tuple[Variable, ...]

    @property
    def option_counts(self) -> NDArray[np.int64]: ...

    @property
    def choice_dtype(self) -> np.dtype[np.signedinteger[Any]]: ...

    def valid(self, archs: Choices, /) -> NDArray[np.bool_]: ...

    def all_choices(self) -> Choices: ...


def draw_valid(space: Drawable, rng: np.random.Generator, n: int) -> Choices:
    """Draw ``n`` valid architectures uniformly, with replacement, as choices."""
    found = gather(space, lambda missing: _draw(space, rng, missing), n, _EMPTY)
    if len(found) == n:
        return found
    return np.concatenate([found, _draw_rare(space, rng, n - len(found))])


def gather(space: Drawable, draw: Callable[[int], Choices], n: int, empty: int) -> Choices:
    """Up to ``n`` of what ``draw`` finds; fewer once it found nothing ``empty`` times in a row.

    ``draw`` is told how many are missing, and may find fewer or more.
    """
    check_count(n)
    kept = [np.empty((0, len(space.variables)), space.choice_dtype)]
    missing, rounds = n, 0
    while missing > 0 and rounds < empty:
        kept.append(draw(missing)[:missing])
        missing -= len(kept[-1])
        rounds = 0 if len(kept[-1]) else rounds + 1
    return np.concatenate(kept)


def check_count(n: int) -> None:
    """Refuse to sample less than nothing."""
    if n < 0:
        raise SettingsError(f"got n={n}, expected 0 or more architectures to sample")


def listed_choices(space: Drawable) -> Choices | None:
    """All architectures of a space; None if they cannot be listed."""
    try:
        return space.all_choices()
    except TypeError:
        return None


def _draw(space: Drawable, rng: np.random.Generator, n: int) -> Choices:
    """Those of ``n`` random architectures that are valid."""
    drawn = rng.integers(0, space.option_counts, (n, len(space.variables)))
    choices: Choices = drawn.astype(space.choice_dtype)
    return choices[space.valid(choices)]


def _draw_rare(space: Drawable, rng: np.random.Generator, n: int) -> Choices:
    """The same where rejection finds next to nothing: from the list, else in large batches."""
    rows = listed_choices(space)
    if rows is not None:
        if not len(rows):
            raise SettingsError(
                f"space {space.name!r} allows no architecture at all: see what its valid() forbids"
            )
        return rows[rng.integers(len(rows), size=n)].astype(space.choice_dtype)
    batch = max(1, min(_BATCH, _NUMBERS // len(space.variables)))
    found = gather(space, lambda _: _draw(space, rng, batch), n, _BATCHES)
    if len(found) < n:
        raise SettingsError(
            f"space {space.name!r} allowed {len(found)} of {n} architectures that were "
            f"asked for, and none of the last {batch * _BATCHES:,} drawn at random: write the "
            "method sample_choices(rng, n) in its class, which draws allowed ones directly, "
            "or all_choices(), which lists them"
        )
    return found
