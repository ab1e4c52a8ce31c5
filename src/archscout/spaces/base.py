"""What an architecture is, and what every search space can do with one.

A space describes an architecture by a fixed number of small decisions (`variables`). An
`Architecture` is the tuple of the chosen options; a batch of them is an integer array
``(n, positions)``, called *choices*, and every batched method takes either form. Hot loops
stay in arrays; `Architecture` objects exist where single values are handed around.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.errors import ParseError, SettingsError, unknown_name

if TYPE_CHECKING:
    import torch

    from archscout.spaces.limits import Limit


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
    """One decision of a space: its name and the names of its options, in index order."""

    name: str
    options: tuple[str, ...]


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


class SearchSpace(ABC):
    """Samples, changes, encodes, counts and builds the architectures of one space.

    Subclasses set `name`, `variables` and `encodings` and write the abstract methods. Spaces
    without an element outside their product of options inherit the rest unchanged.
    """

    name: str
    variables: tuple[Variable, ...]
    encodings: tuple[str, ...]
    # Whether `mutate` changes exactly one decision; False where a published mutation may change
    # several at once.
    single_mutations: bool = True
    # Groups of positions such that MACs and parameters are a sum of one term a group, and every
    # combination of options is valid; None where that does not hold.
    cost_groups: tuple[tuple[int, ...], ...] | None = None
    # What its architectures may cost at most; see `archscout.spaces.limited.LimitedSpace`.
    limits: tuple[Limit, ...] = ()

    # --- text -----------------------------------------------------------------------------
    @abstractmethod
    def parse(self, text: str) -> Architecture:
        """Read an architecture from its standard text; raises `ParseError`."""

    @abstractmethod
    def format(self, arch: Architecture) -> str:
        """Print an architecture in the standard text of its space; `parse` reads it back."""

    def parse_many(self, texts: Iterable[str]) -> NDArray[np.int8]:
        """Read many texts into choices ``(n, positions)``; raises `ParseError`."""
        return self.choices([self.parse(text) for text in texts])

    # --- arrays ---------------------------------------------------------------------------
    def choices(self, archs: Architectures) -> NDArray[np.int8]:
        """Stack architectures into choices ``(n, positions)``; arrays pass through checked.

        Raises:
            ParseError: if one belongs to another space or an option is out of range.
        """
        positions = len(self.variables)
        if isinstance(archs, Architecture):
            raise ParseError(
                f"got one architecture of space {archs.space!r}, expected a list of them: "
                "put it into square brackets"
            )
        array = archs if isinstance(archs, np.ndarray) else self._stack(archs)
        if array.ndim != 2 or array.shape[1] != positions:
            raise ParseError(
                f"got choices of shape {array.shape}, expected (n, {positions}) "
                f"for space {self.name!r}"
            )
        if not np.issubdtype(array.dtype, np.integer):
            raise ParseError(
                f"got choices of type {array.dtype}, expected integers for space {self.name!r}"
            )
        bad = (array < 0) | (array >= self.option_counts)
        if bad.any():
            row, position = np.argwhere(bad)[0].tolist()
            raise ParseError(
                f"got option {array[row, position]} at position {position} of architecture {row}, "
                f"expected 0 to {self.option_counts[position] - 1} in space {self.name!r}"
            )
        return array.astype(np.int8, copy=False)

    def _stack(self, archs: Sequence[Architecture]) -> NDArray[np.int64]:
        positions = len(self.variables)
        for arch in archs:
            if not isinstance(arch, Architecture):
                raise ParseError(
                    f"got {type(arch).__name__}, expected an architecture of space {self.name!r}: "
                    "parse a text with the space's parse()"
                )
            if arch.space != self.name:
                raise ParseError(
                    f"got an architecture of space {arch.space!r}, expected {self.name!r}: "
                    "parse or sample it with the space that you pass"
                )
            if len(arch.choices) != positions:
                raise ParseError(
                    f"got an architecture with {len(arch.choices)} choices, expected {positions} "
                    f"in space {self.name!r}"
                )
        rows = np.array([arch.choices for arch in archs] or np.empty((0, positions), np.int64))
        return rows.reshape(len(archs), positions)

    def architectures(self, choices: NDArray[np.integer[Any]]) -> list[Architecture]:
        """Turn choices ``(n, positions)`` into architectures."""
        return [Architecture(self.name, tuple(row)) for row in self.choices(choices).tolist()]

    @cached_property
    def option_counts(self) -> NDArray[np.int64]:
        """Number of options a position, ``(positions,)``."""
        return np.array([len(v.options) for v in self.variables], dtype=np.int64)

    # --- sampling and change ----------------------------------------------------------------
    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        """Tell which architectures are allowed, ``(n,)``: here, all whose options exist."""
        return np.ones(len(self.choices(archs)), dtype=np.bool_)

    def sample_choices(self, rng: np.random.Generator, n: int) -> NDArray[np.int8]:
        """Draw ``n`` valid architectures uniformly, with replacement, as choices."""
        if n < 0:
            raise SettingsError(f"got n={n}, expected 0 or more architectures to sample")
        kept: list[NDArray[np.int8]] = []
        missing = n
        while missing > 0:
            drawn = rng.integers(0, self.option_counts, (missing, len(self.variables)))
            choices = drawn.astype(np.int8)
            good = choices[self.valid(choices)]
            kept.append(good)
            missing -= len(good)
        return np.concatenate(kept) if kept else np.empty((0, len(self.variables)), np.int8)

    def sample(self, rng: np.random.Generator, n: int) -> list[Architecture]:
        """Draw ``n`` architectures uniformly, with replacement."""
        return self.architectures(self.sample_choices(rng, n))

    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        """Change one decision at random; the result is valid and differs from ``arch``.

        Raises:
            SettingsError: if no single change of ``arch`` is valid.
        """
        near = self.neighbors(arch)
        if not near:
            raise SettingsError(
                f"no single change of {self.format(arch)!r} is valid in space {self.name!r}: "
                "sample a new architecture instead"
            )
        return near[int(rng.integers(len(near)))]

    def crossover(
        self, first: Architecture, second: Architecture, rng: np.random.Generator
    ) -> Architecture:
        """Take each decision from one of the two parents at random; the result is valid."""
        both = self.choices([first, second])
        for _ in range(100):
            pick = rng.integers(0, 2, both.shape[1])
            child = both[pick, np.arange(both.shape[1])][None]
            if self.valid(child)[0]:
                return self.architectures(child)[0]
        return first

    def neighbors(self, arch: Architecture) -> list[Architecture]:
        """All valid architectures that differ from ``arch`` in exactly one decision."""
        row = self.choices([arch])[0]
        rows = []
        for position, count in enumerate(self.option_counts):
            for option in range(int(count)):
                if option != row[position]:
                    changed = row.copy()
                    changed[position] = option
                    rows.append(changed)
        near = np.array(rows, dtype=np.int8).reshape(-1, len(row))
        return self.architectures(near[self.valid(near)])

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """Name the function that ``arch`` computes: twins share it. Here, the text itself."""
        return self.format(arch)

    def canonical_ids(self, archs: Architectures) -> NDArray[np.str_]:
        """`canonical_id` of every architecture, ``(n,)``."""
        listed = self.architectures(self.choices(archs))
        return np.array([self.canonical_id(arch) for arch in listed], dtype=np.str_)

    def representatives(self, archs: Architectures) -> NDArray[np.int8]:
        """The listed architectures that ``archs`` stand for, choices ``(n, positions)``.

        Here, they themselves; a space that lists one of several architectures that compute the
        same, and proposes all of them, maps each to the listed one. Tables hold these.
        """
        return self.choices(archs)

    # --- encodings --------------------------------------------------------------------------
    @abstractmethod
    def encode(self, archs: Architectures, kind: str = "onehot") -> Any:
        """Make arrays from architectures; ``kind`` is one of `encodings`."""

    def _unknown_encoding(self, kind: str) -> Exception:
        return unknown_name(f"encoding of space {self.name}", kind, self.encodings)

    def token_spec(self, kind: str = "tokens") -> TokenSpec:
        """Form of the token encoding ``kind``, for decoders that write architectures."""
        raise self._unknown_encoding(kind)

    def decode(
        self, tokens: ArrayLike, kind: str = "tokens"
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """Read token sequences ``(n, length)`` back.

        Returns:
            Choices ``(n, positions)`` and, ``(n,)``, which sequences are valid architectures
            (rows of the others are zero).
        """
        raise self._unknown_encoding(kind)

    # --- costs and networks -------------------------------------------------------------------
    @abstractmethod
    def params(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        """Exact number of trainable parameters of the network that `build` makes."""

    def params_table(self, archs: Architectures, *args: Any, **settings: Any) -> NDArray[np.int64]:
        """`params` of every architecture, ``(n,)``."""
        listed = self.architectures(self.choices(archs))
        return np.array([self.params(arch, *args, **settings) for arch in listed], dtype=np.int64)

    @abstractmethod
    def macs(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        """Exact multiply-adds of convolutions and linear layers for one image."""

    def macs_table(self, archs: Architectures, *args: Any, **settings: Any) -> NDArray[np.int64]:
        """`macs` of every architecture, ``(n,)``."""
        listed = self.architectures(self.choices(archs))
        return np.array([self.macs(arch, *args, **settings) for arch in listed], dtype=np.int64)

    @abstractmethod
    def build(self, arch: Architecture, *args: Any, **settings: Any) -> torch.nn.Module:
        """Build the PyTorch network."""

    # --- finite spaces --------------------------------------------------------------------------
    @abstractmethod
    def __len__(self) -> int:
        """Number of architectures; raises `TypeError` where it cannot be listed."""

    def all_choices(self) -> NDArray[np.int8]:
        """Every architecture as choices ``(len(self), positions)``, in a fixed order."""
        raise TypeError(f"space {self.name!r} is too large to be listed")

    def __iter__(self) -> Iterator[Architecture]:
        """Iterate over all architectures in the order of `all_choices`."""
        return iter(self.architectures(self.all_choices()))

    def __contains__(self, arch: object) -> bool:
        """Whether ``arch`` is a valid architecture of this space."""
        if not isinstance(arch, Architecture) or arch.space != self.name:
            return False
        try:
            return bool(self.valid([arch])[0])
        except ParseError:
            return False

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
