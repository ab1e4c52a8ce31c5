"""A space of 105 architectures for tests of strategies: quick, with one forbidden combination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.encodings.arrays import one_hot
from archscout.errors import ParseError, SettingsError
from archscout.spaces.base import Architecture, Architectures, SearchSpace, Variable

if TYPE_CHECKING:
    import torch


class ToySpace(SearchSpace):
    """Four decisions: depth, kernel, width, skip; depth 0 forbids the skip.

    Its text is the option names, such as ``depth=2,kernel=3,width=16,skip=yes``.

    Examples:
        >>> space = ToySpace()
        >>> len(space), space.format(space.parse("depth=2,kernel=3,width=16,skip=yes"))
        (105, 'depth=2,kernel=3,width=16,skip=yes')
    """

    name = "toy"
    variables = (
        Variable("depth", ("0", "1", "2", "3")),
        Variable("kernel", ("3", "5", "7")),
        Variable("width", ("8", "16", "24", "32", "40")),
        Variable("skip", ("no", "yes")),
    )
    encodings = ("onehot",)

    def parse(self, text: str) -> Architecture:
        """Read ``name=option`` pairs in the order of the variables."""
        words = text.split(",")
        names = [f"{v.name}=" for v in self.variables]
        if len(words) != len(names) or not all(map(str.startswith, words, names)):
            raise ParseError(f"got {text!r}, expected 'depth=D,kernel=K,width=W,skip=S'")
        choices = []
        for word, variable in zip(words, self.variables, strict=True):
            option = word.partition("=")[2]
            if option not in variable.options:
                raise ParseError(f"got {word!r} in {text!r}, expected one of {variable.options}")
            choices.append(variable.options.index(option))
        arch = Architecture(self.name, tuple(choices))
        if arch not in self:
            raise ParseError(f"got {text!r}: an architecture of depth 0 has no skip")
        return arch

    def format(self, arch: Architecture) -> str:
        """Print ``name=option`` pairs."""
        self.as_choices([arch])
        pairs = zip(self.variables, arch.choices, strict=True)
        return ",".join(f"{v.name}={v.options[choice]}" for v, choice in pairs)

    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        """All but those of depth 0 with a skip."""
        choices = self.as_choices(archs)
        allowed: NDArray[np.bool_] = ~((choices[:, 0] == 0) & (choices[:, 3] == 1))
        return allowed

    def encode(self, archs: Architectures, kind: str = "onehot") -> NDArray[np.float32]:
        """One-hot of every decision, ``(n, 14)``."""
        if kind != "onehot":
            raise self._unknown_encoding(kind)
        return one_hot(self.as_choices(archs), self.option_counts)

    def params(self, arch: Architecture, **settings: int) -> int:
        """A made-up number that grows with every decision."""
        return 1 + sum(arch.choices)

    def macs(self, arch: Architecture, **settings: int) -> int:
        """A made-up number that grows with every decision."""
        return 10 * self.params(arch)

    def build(self, arch: Architecture, **settings: Any) -> torch.nn.Module:
        """There is no network behind the toy."""
        raise SettingsError("the toy space builds no networks: use another space to train one")

    def all_choices(self) -> NDArray[np.int8]:
        """Every architecture, in counting order."""
        counts = tuple(self.option_counts.tolist())
        grid: NDArray[np.int8] = np.indices(counts, dtype=np.int8).reshape(len(counts), -1).T
        return grid[self.valid(grid)]

    def __len__(self) -> int:
        return len(self.all_choices())
