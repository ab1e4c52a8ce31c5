"""A search space within limits on multiply-adds, parameters or latency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.errors import ParseError, SettingsError
from archscout.spaces.base import Architecture, Architectures, SearchSpace, TokenSpec
from archscout.spaces.feasible import unreachable
from archscout.spaces.limited_draws import LimitedDraws
from archscout.spaces.limits import UNITS, Limit, amount_words, excess
from archscout.spaces.repair import repair

if TYPE_CHECKING:
    import torch

_CHILDREN, _ROUNDS, _SAMPLES = 10, 40, 100


class LimitedSpace(SearchSpace):
    """The architectures of a space that keep some limits.

    It has the name, texts, encodings, costs and networks of the space, so benchmarks,
    predictors and strategies take it as they are. ``valid`` also asks for the limits, and
    sampling, mutation, crossover and neighbours stay within them. What else the space has
    (``edges`` of DARTS, say) is handed through.

    `sample_choices` is uniform over the architectures within the limits where that can be done
    exactly: by rejection if at least one in fifty fits, else from the list of a space that can
    be listed, else by counting where a limited cost adds up over decisions. Where none of that
    works, draws outside are repaired by single changes, which favours architectures near the
    limits; `uniform` tells which it is.

    Args:
        space: the space.
        limits: the limits, all of which hold; those of a space that has some already are added.

    Raises:
        SettingsError: if no architecture keeps the limits; it says what is feasible.

    Examples:
        >>> from archscout.spaces import NASBenchMacro
        >>> small = LimitedSpace(NASBenchMacro(), [Limit("macs", most=60e6)])
        >>> len(small), small.parse("11112002") in small, NASBenchMacro().parse("22222222") in small
        (4075, True, False)
    """

    single_mutations = False

    def __init__(self, space: SearchSpace, limits: Limit | Sequence[Limit]) -> None:
        added = (limits,) if isinstance(limits, Limit) else tuple(limits)
        if not added or not all(isinstance(limit, Limit) for limit in added):
            raise SettingsError(f"got limits={limits!r}, expected at least one Limit")
        self.base: SearchSpace = space.base if isinstance(space, LimitedSpace) else space
        self.limits = (*space.limits, *added)
        self.name = self.base.name
        self.variables = self.base.variables
        self.encodings = self.base.encodings
        self.cost_groups = None  # Not every combination of options is within the limits.
        self._draws = LimitedDraws(self, self.base, self._excess)
        if not self._draws.any():
            raise unreachable(self.base, self.limits)

    def __getattr__(self, name: str) -> Any:
        """Hand through what else the space has."""
        if name.startswith("_") or name == "base":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.base, name)

    # --- within the limits --------------------------------------------------------------------
    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        """Tell which architectures the space allows and the limits too, ``(n,)``."""
        return np.asarray(self._excess(self.choices(archs)) == 0)

    def _excess(self, choices: NDArray[np.int8]) -> NDArray[np.float64]:
        allowed = self.base.valid(choices)
        found = np.full(len(choices), math.inf)
        found[allowed] = excess(self.base, self.limits, choices[allowed])
        return found

    def representatives(self, archs: Architectures) -> NDArray[np.int8]:
        """The listed architectures that ``archs`` stand for, choices ``(n, positions)``."""
        return self.base.representatives(archs)

    # --- sampling -------------------------------------------------------------------------------
    def sample_choices(self, rng: np.random.Generator, n: int) -> NDArray[np.int8]:
        """Draw ``n`` architectures with replacement, uniformly where `uniform` says so."""
        if n < 0:
            raise SettingsError(f"got n={n}, expected 0 or more architectures to sample")
        return self._draws.draw(rng, n)

    @property
    def uniform(self) -> bool:
        """Whether `sample_choices` draws each architecture within the limits equally often."""
        return self._draws.way != "repair"

    # --- change ---------------------------------------------------------------------------------
    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        """Mutate as the space does; a child outside is repaired by changes of other decisions.

        So a block may grow where another one shrinks: more than one decision may change.

        Raises:
            SettingsError: if nothing else than ``arch`` is within the limits.
        """
        child = self.base.mutate(arch, rng)
        if child in self:
            return child
        children = self.choices([child, *(self.base.mutate(arch, rng) for _ in range(4))])
        free = children == self.choices([arch])  # What was mutated stays.
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
            child = self.base.crossover(first, second, rng)
            if child in self:
                return child
        both = self.choices([first, child])
        order = rng.permutation(np.flatnonzero(both[0] != both[1]))
        rows = np.repeat(both[1:], len(order) + 1, axis=0)
        for step, position in enumerate(order, start=1):
            rows[step:, position] = both[0, position]
        inside = self.valid(rows)
        return self.architectures(rows[inside][:1])[0] if inside.any() else first

    # --- a whole space --------------------------------------------------------------------------
    @cached_property
    def _listed(self) -> NDArray[np.int8] | None:
        try:
            rows = self.base.all_choices()
        except TypeError:
            return None
        kept = np.ascontiguousarray(rows[self.valid(rows)])
        kept.flags.writeable = False
        return kept

    def all_choices(self) -> NDArray[np.int8]:
        """Every architecture within the limits, read-only, in the order of the space."""
        if self._listed is None:
            raise TypeError(f"space {self.name!r} is too large to be listed")
        return self._listed

    def __len__(self) -> int:
        return len(self.all_choices())

    # --- text, identity, encodings: those of the space ------------------------------------------
    def parse(self, text: str, *args: Any, **settings: Any) -> Architecture:
        """Read an architecture; one outside the limits is refused with what it costs.

        Raises:
            ParseError: if the text is no architecture of the space, or the limits forbid it.
        """
        arch = self.base.parse(text, *args, **settings)
        if arch not in self:
            costs = [
                f"{amount_words(float(limit.costs(self.base, [arch])[0]), limit.what)} "
                f"{UNITS[limit.what]}"
                for limit in self.limits
            ]
            raise ParseError(
                f"got {self.base.format(arch)!r} with {' and '.join(costs)}, expected {self._words}"
            )
        return arch

    def format(self, arch: Architecture, *args: Any, **settings: Any) -> str:
        """Print an architecture as the space does, also one outside the limits."""
        return self.base.format(arch, *args, **settings)

    def canonical_id(self, arch: Architecture) -> str:
        """Name the function that ``arch`` computes, as the space does."""
        return self.base.canonical_id(arch)

    def canonical_ids(self, archs: Architectures) -> NDArray[np.str_]:
        """`canonical_id` of every architecture, ``(n,)``."""
        return self.base.canonical_ids(archs)

    def encode(self, archs: Architectures, kind: str = "onehot") -> Any:
        """Make arrays from architectures as the space does."""
        return self.base.encode(archs, kind)

    def token_spec(self, kind: str = "tokens") -> TokenSpec:
        """Form of the token encoding, that of the space: the mask knows no limits."""
        return self.base.token_spec(kind)

    def decode(
        self, tokens: ArrayLike, kind: str = "tokens"
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """Read token sequences back; what the limits forbid is marked as invalid."""
        choices, valid = self.base.decode(tokens, kind)
        valid = valid.copy()
        valid[valid] = self.valid(choices[valid])
        return np.where(valid[:, None], choices, 0).astype(np.int8), valid

    # --- costs and the network: those of the space ----------------------------------------------
    def params(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        """Exact number of trainable parameters, as the space counts."""
        return self.base.params(arch, *args, **settings)

    def params_table(self, archs: Architectures, *args: Any, **settings: Any) -> NDArray[np.int64]:
        """`params` of every architecture, ``(n,)``."""
        return self.base.params_table(archs, *args, **settings)

    def macs(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        """Exact multiply-adds for one image, as the space counts."""
        return self.base.macs(arch, *args, **settings)

    def macs_table(self, archs: Architectures, *args: Any, **settings: Any) -> NDArray[np.int64]:
        """`macs` of every architecture, ``(n,)``."""
        return self.base.macs_table(archs, *args, **settings)

    def build(self, arch: Architecture, *args: Any, **settings: Any) -> torch.nn.Module:
        """Build the PyTorch network, as the space does."""
        return self.base.build(arch, *args, **settings)

    @property
    def _words(self) -> str:
        return " and ".join(limit.text for limit in self.limits)

    def __repr__(self) -> str:
        return f"LimitedSpace({self.base!r}, {self._words})"
