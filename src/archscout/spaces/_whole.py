"""What every search space can do with architectures, before limits are set on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.encodings.arrays import mark_options
from archscout.errors import (
    MissingMethodError,
    ParseError,
    SettingsError,
    UnlistedError,
    unknown_name,
)
from archscout.spaces._architecture import (
    Architecture,
    Architectures,
    Choices,
    TokenSpec,
    Variable,
    choice_dtype,
)
from archscout.spaces._draws import draw_valid
from archscout.spaces._index import ChoiceIndex
from archscout.spaces._option_text import read_options, write_options
from archscout.spaces._plugin import SpacePlugin
from archscout.spaces._tokens import read_tokens, spec_of_tokens

if TYPE_CHECKING:
    import torch

# A product of more options than this is not listed.
MOST_LISTED = 2**20


class WholeSpace:
    """All of `SearchSpace <archscout.spaces.base.SearchSpace>` but its limits."""

    name: str
    variables: tuple[Variable, ...]
    encodings: tuple[str, ...] = ("onehot",)
    # Whether `mutate` changes exactly one decision; False where a published mutation may change
    # several at once.
    single_mutations: bool = True
    # Whether `sample_choices` draws each architecture equally often.
    uniform: bool = True
    # Groups of positions such that MACs and parameters are a sum of one term a group, and every
    # combination of options is valid; None where that does not hold.
    cost_groups: tuple[tuple[int, ...], ...] | None = None
    # All that is known of the space beside this class; None where nothing is declared.
    plugin: SpacePlugin | None = None

    # --- text -----------------------------------------------------------------------------
    def parse(self, text: str) -> Architecture:
        """Read an architecture from its standard text; here, ``name=option`` for each variable.

        Raises:
            ParseError: if the text is no architecture of the space.
        """
        arch = Architecture(self.name, read_options(self.variables, text, self.name))
        if arch not in self:
            raise ParseError(f"got {text!r:.200}, which space {self.name!r} does not allow")
        return arch

    def format(self, arch: Architecture) -> str:
        """Print an architecture in the standard text of its space; `parse` reads it back."""
        return write_options(self.variables, self.as_choices([arch])[0].tolist())

    def parse_many(self, texts: Iterable[str]) -> Choices:
        """Read many texts into choices ``(n, positions)``; raises `ParseError`."""
        return self.as_choices([self.parse(text) for text in texts])

    # --- arrays ---------------------------------------------------------------------------
    def as_choices(self, archs: Architectures) -> Choices:
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
        # Before the cast, which would wrap numbers that do not fit.
        bad = (array < 0) | (array >= self.option_counts)
        if bad.any():
            row, position = np.argwhere(bad)[0].tolist()
            raise ParseError(
                f"got option {array[row, position]} at position {position} of architecture {row}, "
                f"expected 0 to {self.option_counts[position] - 1} in space {self.name!r}"
            )
        return array.astype(self.choice_dtype, copy=False)

    def _stack(self, archs: Sequence[Architecture]) -> NDArray[np.integer[Any]]:
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
        return [Architecture(self.name, tuple(row)) for row in self.as_choices(choices).tolist()]

    @cached_property
    def option_counts(self) -> NDArray[np.int64]:
        """Number of options a position, ``(positions,)``."""
        return np.array([len(v.options) for v in self.variables], dtype=np.int64)

    @cached_property
    def choice_dtype(self) -> np.dtype[np.signedinteger[Any]]:
        """Type of choices: the smallest signed one for the numbers of options, mostly int8."""
        return choice_dtype(self.option_counts)

    # --- sampling and change ----------------------------------------------------------------
    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        """Tell which architectures are allowed, ``(n,)``: here, all whose options exist."""
        return np.ones(len(self.as_choices(archs)), dtype=np.bool_)

    def sample_choices(self, rng: np.random.Generator, n: int) -> Choices:
        """Draw ``n`` valid architectures uniformly, with replacement, as choices.

        Raises:
            SettingsError: if ``n`` is negative, or none or hardly any can be found.
        """
        return draw_valid(self, rng, n)

    def sample(self, rng: np.random.Generator, n: int) -> list[Architecture]:
        """Draw ``n`` architectures uniformly, with replacement."""
        return self.architectures(self.sample_choices(rng, n))

    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        """Change one decision at random; the result is valid and differs from ``arch``.

        Raises:
            SettingsError: if no single change of ``arch`` is valid.
        """
        near = self._single_changes(arch)
        if not len(near):
            raise SettingsError(
                f"no single change of {self.format(arch)!r} is valid in space {self.name!r}: "
                "sample a new architecture instead"
            )
        place = int(rng.integers(len(near)))
        return self.architectures(near[place : place + 1])[0]

    def crossover(
        self, first: Architecture, second: Architecture, rng: np.random.Generator
    ) -> Architecture:
        """Take each decision from one of the two parents at random; the result is valid."""
        both = self.as_choices([first, second])
        for _ in range(100):
            pick = rng.integers(0, 2, both.shape[1])
            child = both[pick, np.arange(both.shape[1])][None]
            if self.valid(child)[0]:
                return self.architectures(child)[0]
        return first

    def neighbors(self, arch: Architecture) -> list[Architecture]:
        """All valid architectures that differ from ``arch`` in exactly one decision."""
        return self.architectures(self._single_changes(arch))

    def _single_changes(self, arch: Architecture) -> Choices:
        row = self.as_choices([arch])
        blocks = [row[:0]]
        for position, count in enumerate(self.option_counts.tolist()):
            others = np.delete(np.arange(count), row[0, position])
            block = np.repeat(row, len(others), axis=0)
            block[:, position] = others
            blocks.append(block)
        near = np.concatenate(blocks)
        return near[self.valid(near)]

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """Name the function that ``arch`` computes: twins share it. Here, the text itself."""
        return self.format(arch)

    def canonical_ids(self, archs: Architectures) -> NDArray[np.str_]:
        """`canonical_id` of every architecture, ``(n,)``."""
        listed = self.architectures(self.as_choices(archs))
        return np.array([self.canonical_id(arch) for arch in listed], dtype=np.str_)

    def representatives(self, archs: Architectures) -> Choices:
        """The listed architectures that ``archs`` stand for, choices ``(n, positions)``.

        Here, they themselves; a space that lists one of several architectures that compute the
        same, and proposes all of them, maps each to the listed one. Tables hold these.
        """
        return self.as_choices(archs)

    # --- encodings --------------------------------------------------------------------------
    def encode(self, archs: Architectures, kind: str = "onehot") -> Any:
        """Make arrays from architectures; ``kind`` is one of `encodings`.

        Here, ``"onehot"`` as `archscout.encodings.arrays.mark_options` makes it, and
        ``"tokens"``: one a decision, its option index plus 1; 0 is the start.
        """
        if kind not in self.encodings:
            raise self._unknown_encoding(kind)
        if kind == "tokens":
            return self.as_choices(archs).astype(np.int64) + 1
        if kind != "onehot":
            raise self._no_method(f"make its encoding {kind!r}", "encode(archs, kind)")
        return mark_options(self.as_choices(archs), self.option_counts)

    def _unknown_encoding(self, kind: str) -> Exception:
        return unknown_name(f"encoding of space {self.name}", kind, self.encodings)

    def _no_method(self, words: str, method: str) -> MissingMethodError:
        return MissingMethodError(
            f"space {self.name!r} does not {words}: write the method {method} in its class"
        )

    def token_spec(self, kind: str = "tokens") -> TokenSpec:
        """Form of the token encoding ``kind``, for decoders that write architectures."""
        if kind != "tokens" or kind not in self.encodings:
            raise self._unknown_encoding(kind)
        return spec_of_tokens(self.option_counts)

    def decode(self, tokens: ArrayLike, kind: str = "tokens") -> tuple[Choices, NDArray[np.bool_]]:
        """Read token sequences ``(n, length)`` back.

        Returns:
            Choices ``(n, positions)`` and, ``(n,)``, which sequences are valid architectures
            (rows of the others are zero).
        """
        if kind != "tokens" or kind not in self.encodings:
            raise self._unknown_encoding(kind)
        choices, good = read_tokens(tokens, self.option_counts)
        good[good] = self.valid(choices[good])
        return np.where(good[:, None], choices, choices.dtype.type(0)), good

    # --- costs and networks -------------------------------------------------------------------
    def params(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        """Exact number of trainable parameters of the network that `build` makes.

        Here, that of `params_table`, which says what settings there are.

        Raises:
            MissingMethodError: unless the space defines one of the two.
        """
        if type(self).params_table is WholeSpace.params_table:
            raise self._no_method("count parameters", "params(arch)")
        return int(self.params_table([arch], *args, **settings)[0])

    def params_table(self, archs: Architectures, *args: Any, **settings: Any) -> NDArray[np.int64]:
        """`params` of every architecture, ``(n,)``."""
        listed = self.architectures(self.as_choices(archs))
        return np.array([self.params(arch, *args, **settings) for arch in listed], dtype=np.int64)

    def macs(self, arch: Architecture, *args: Any, **settings: Any) -> int:
        """Exact multiply-adds of convolutions and linear layers for one image.

        Here, that of `macs_table`, which says what settings there are.

        Raises:
            MissingMethodError: unless the space defines one of the two.
        """
        if type(self).macs_table is WholeSpace.macs_table:
            raise self._no_method("count multiply-adds", "macs(arch)")
        return int(self.macs_table([arch], *args, **settings)[0])

    def macs_table(self, archs: Architectures, *args: Any, **settings: Any) -> NDArray[np.int64]:
        """`macs` of every architecture, ``(n,)``."""
        listed = self.architectures(self.as_choices(archs))
        return np.array([self.macs(arch, *args, **settings) for arch in listed], dtype=np.int64)

    def build(self, arch: Architecture, *args: Any, **settings: Any) -> torch.nn.Module:
        """Build the PyTorch network.

        Raises:
            MissingMethodError: unless the space defines it.
        """
        raise self._no_method("build networks", "build(arch)")

    def network_arguments(self, arch: Architecture, *args: Any, **settings: Any) -> dict[str, Any]:
        """What `build`, given the same settings, makes the class of the network with.

        Plain values by name; ``archscout export --to code`` writes them below the source of that
        class, and the call of the class with them is the network.

        Raises:
            MissingMethodError: unless the space defines it.
        """
        raise self._no_method(
            "say what its networks are made with, as an export to code must know",
            "network_arguments(arch)",
        )

    # --- finite spaces --------------------------------------------------------------------------
    def __len__(self) -> int:
        """Number of architectures; raises `UnlistedError` where they cannot be listed."""
        return len(self.all_choices())

    def all_choices(self) -> Choices:
        """Every architecture as choices ``(len(self), positions)``, in a fixed order.

        Here, the valid ones of all combinations of options, read-only, where these are at most
        1,048,576.

        Raises:
            UnlistedError: if they are more.
        """
        return self._all_valid

    @cached_property
    def _all_valid(self) -> Choices:
        counts = self.option_counts.tolist()
        size = math.prod(counts)
        if size > MOST_LISTED:
            raise UnlistedError(f"space {self.name!r} is too large to be listed")
        places, step = np.arange(size), size
        rows = np.empty((size, len(counts)), dtype=self.choice_dtype)
        for position, count in enumerate(counts):
            step //= count
            rows[:, position] = places // step % count
        rows = np.ascontiguousarray(rows[self.valid(rows)])
        rows.flags.writeable = False
        return rows

    def indices(self, archs: Architectures) -> NDArray[np.int64]:
        """Places in `all_choices` of what stands there for the architectures, ``(n,)``.

        Raises:
            ParseError: if one is not listed.
            UnlistedError: if the space is too large to be listed.
        """
        choices = self.representatives(archs)
        places = self._listed_places.rows(choices)
        if (places < 0).any():
            text = self.format(self.architectures(choices[places < 0][:1])[0])
            raise ParseError(f"got {text!r:.200}, which is not among the architectures of {self!r}")
        return places

    @cached_property
    def _listed_places(self) -> ChoiceIndex:
        return ChoiceIndex(self.option_counts, self.all_choices())

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
