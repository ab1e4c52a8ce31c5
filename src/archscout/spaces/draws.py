"""How valid architectures are drawn: by rejection while that finds some, else from a list."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces.architecture import Choices, Variable

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
    if n < 0:
        raise SettingsError(f"got n={n}, expected 0 or more architectures to sample")
    kept = [np.empty((0, len(space.variables)), space.choice_dtype)]
    missing, empty = n, 0
    while missing > 0 and empty < _EMPTY:
        kept.append(_draw(space, rng, missing))
        missing -= len(kept[-1])
        empty = 0 if len(kept[-1]) else empty + 1
    if missing > 0:
        kept.append(_draw_rare(space, rng, missing))
    return np.concatenate(kept)


def _draw(space: Drawable, rng: np.random.Generator, n: int) -> Choices:
    """Those of ``n`` random architectures that are valid."""
    drawn = rng.integers(0, space.option_counts, (n, len(space.variables)))
    choices: Choices = drawn.astype(space.choice_dtype)
    return choices[space.valid(choices)]


def _draw_rare(space: Drawable, rng: np.random.Generator, n: int) -> Choices:
    """The same where rejection finds next to nothing: from the list, else in large batches."""
    try:
        rows = space.all_choices()
    except TypeError:
        pass
    else:
        if not len(rows):
            raise SettingsError(
                f"space {space.name!r} allows no architecture at all: see what its valid() forbids"
            )
        return rows[rng.integers(len(rows), size=n)].astype(space.choice_dtype)
    batch = max(1, min(_BATCH, _NUMBERS // len(space.variables)))
    kept = [np.empty((0, len(space.variables)), space.choice_dtype)]
    missing, empty = n, 0
    while missing > 0:
        kept.append(_draw(space, rng, batch)[:missing])
        missing -= len(kept[-1])
        empty = 0 if len(kept[-1]) else empty + 1
        if empty == _BATCHES:
            raise SettingsError(
                f"space {space.name!r} allowed {n - missing} of {n} architectures that were "
                f"asked for, and none of the last {batch * empty:,} drawn at random: write the "
                "method sample_choices(rng, n) in its class, which draws allowed ones directly, "
                "or all_choices(), which lists them"
            )
    return np.concatenate(kept)
