"""A search space within limits on multiply-adds, parameters or latency.

`make_limited` makes a space whose class is that of the whole space with `Limited` before it:
what a limit changes is written here, and all else is asked of the whole space.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.errors import ParseError, SettingsError, UnlistedError
from archscout.spaces._architecture import Architecture, Architectures, Choices
from archscout.spaces._draws import listed_choices
from archscout.spaces._whole import WholeSpace
from archscout.spaces.limits._feasible import unreachable
from archscout.spaces.limits._limit import UNITS, Limit, amount_words, excess
from archscout.spaces.limits._limited_draws import LimitedDraws
from archscout.spaces.limits._repair import repair

_CHILDREN, _ROUNDS, _SAMPLES = 10, 40, 100

AnySpace = TypeVar("AnySpace", bound=WholeSpace)


def make_limited(
    whole: AnySpace, before: Sequence[Limit], limits: Limit | Iterable[Limit]
) -> AnySpace:
    """Add limits to those that hold ``before`` in a whole space; see `SearchSpace.within`."""
    added = (limits,) if isinstance(limits, Limit) else tuple(limits)
    if not added or not all(isinstance(limit, Limit) for limit in added):
        raise SettingsError(f"got limits={limits!r}, expected at least one Limit")
    space: Any = _limited(whole, (*before, *added))
    if not space._draws.any():
        raise unreachable(whole, space.limits)
    made: AnySpace = space
    return made


def _limited(whole: WholeSpace, limits: tuple[Limit, ...]) -> WholeSpace:
    kind = type(whole)
    made = types.new_class(kind.__name__, (Limited, kind))
    made.__module__, made.__qualname__ = kind.__module__, kind.__qualname__
    space: WholeSpace = object.__new__(made)
    # Past the class of the whole space, which may be frozen.
    object.__setattr__(space, "_whole", whole)
    object.__setattr__(space, "limits", limits)
    return space


class Limited(WholeSpace):
    """The methods that limits change."""

    single_mutations = False
    cost_groups = None  # Not every combination of options is within the limits.
    limits: tuple[Limit, ...]
    _whole: WholeSpace

    def __getattribute__(self, name: str) -> Any:
        """Ask the whole space for what limits do not change: its methods run without them."""
        own = name.startswith("_") or name in _OWN
        if own or name in object.__getattribute__(self, "__dict__"):
            return object.__getattribute__(self, name)
        return getattr(self._whole, name)

    def within(self, limits: Limit | Sequence[Limit]) -> WholeSpace:
        """The part of this part that keeps more limits; see `SearchSpace.within`."""
        return make_limited(self._whole, self.limits, limits)

    # --- within the limits --------------------------------------------------------------------
    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        """Tell which architectures the space allows and the limits too, ``(n,)``."""
        return np.asarray(self._excess(self.as_choices(archs)) == 0)

    def _excess(self, choices: Choices) -> NDArray[np.float64]:
        allowed = self._whole.valid(choices)
        found = np.full(len(choices), math.inf)
        found[allowed] = excess(self._whole, self.limits, choices[allowed])
        return found

    def __contains__(self, arch: object) -> bool:
        return arch in self._whole and WholeSpace.__contains__(self, arch)

    # --- sampling -------------------------------------------------------------------------------
    @cached_property
    def _draws(self) -> LimitedDraws:
        return LimitedDraws(self, self._whole, self.limits, self._excess)

    def sample_choices(self, rng: np.random.Generator, n: int) -> Choices:
        """Draw ``n`` architectures with replacement, uniformly where `uniform` says so."""
        return self._draws.draw(rng, n)

    sample = WholeSpace.sample

    @property
    def uniform(self) -> bool:  # type: ignore[override]
        """Whether `sample_choices` draws each architecture within the limits equally often."""
        return self._whole.uniform and self._draws.way != "repair"

    # --- change ---------------------------------------------------------------------------------
    neighbors = WholeSpace.neighbors

    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        """Mutate as the space does; a child outside is repaired by changes of other decisions.

        So a block may grow where another one shrinks: more than one decision may change.
        """
        child = self._whole.mutate(arch, rng)
        if child in self:
            return child
        children = self.as_choices([child, *(self._whole.mutate(arch, rng) for _ in range(4))])
        free = children == self.as_choices([arch])  # What was mutated stays.
        repaired, inside = repair(
            children, self.option_counts, self._excess, rng, free=free, rounds=_ROUNDS, one=True
        )
        if inside.any():
            return self.architectures(repaired[inside][:1])[0]
        for drawn in self.sample(rng, _SAMPLES):
            if drawn != arch:
                return drawn
        raise SettingsError(
            f"{self.format(arch)!r} has no other architecture to mutate to within "
            f"{self._words}: allow more"
        )

    def crossover(
        self, first: Architecture, second: Architecture, rng: np.random.Generator
    ) -> Architecture:
        """Cross as the space does; a child outside takes more decisions of ``first``."""
        for _ in range(_CHILDREN):
            child = self._whole.crossover(first, second, rng)
            if child in self:
                return child
        both = self.as_choices([first, child])
        order = rng.permutation(np.flatnonzero(both[0] != both[1]))
        rows = np.repeat(both[1:], len(order) + 1, axis=0)
        for step, position in enumerate(order, start=1):
            rows[step:, position] = both[0, position]
        inside = self.valid(rows)
        return self.architectures(rows[inside][:1])[0] if inside.any() else first

    # --- the list -------------------------------------------------------------------------------
    @cached_property
    def _listed(self) -> Choices | None:
        rows = listed_choices(self._whole)
        if rows is None:
            return None
        kept = np.ascontiguousarray(rows[self.valid(rows)])
        kept.flags.writeable = False
        return kept

    def all_choices(self) -> Choices:
        """Every architecture within the limits, read-only, in the order of the space."""
        if self._listed is None:
            raise UnlistedError(f"space {self.name!r} is too large to be listed")
        return self._listed

    indices = WholeSpace.indices
    __iter__ = WholeSpace.__iter__
    __len__ = WholeSpace.__len__

    # --- what comes as text or tokens -----------------------------------------------------------
    def parse(self, text: str, *args: Any, **settings: Any) -> Architecture:
        """Read an architecture; one outside the limits is refused with what it costs."""
        arch = self._whole.parse(text, *args, **settings)
        self._check_inside(self.as_choices([arch]))
        return arch

    def parse_many(self, texts: Iterable[str]) -> Choices:
        """Read many texts as the space does, and refuse what is outside the limits."""
        choices = self._whole.parse_many(texts)
        self._check_inside(choices)
        return choices

    def _check_inside(self, choices: Choices) -> None:
        outside = np.flatnonzero(~self.valid(choices))
        if not len(outside):
            return
        arch = self.architectures(choices[outside[:1]])[0]
        costs = [
            f"{amount_words(float(limit.costs(self._whole, [arch])[0]), limit.what)} "
            f"{UNITS[limit.what]}"
            for limit in self.limits
        ]
        raise ParseError(
            f"got {self.format(arch)!r} with {' and '.join(costs)}, expected {self._words}"
        )

    def decode(self, tokens: ArrayLike, kind: str = "tokens") -> tuple[Choices, NDArray[np.bool_]]:
        """Read token sequences back; what the limits forbid is marked as invalid."""
        choices, valid = self._whole.decode(tokens, kind)
        valid = valid.copy()
        valid[valid] = self.valid(choices[valid])
        return np.where(valid[:, None], choices, 0).astype(choices.dtype), valid

    # --- itself ---------------------------------------------------------------------------------
    def __reduce__(self) -> tuple[Any, ...]:
        return _limited, (self._whole, self.limits)

    @property
    def _words(self) -> str:
        return " and ".join(limit.text for limit in self.limits)

    def __repr__(self) -> str:
        return f"{self._whole!r} within {self._words}"


_OWN = frozenset(name for name in vars(Limited) if not name.startswith("_"))
