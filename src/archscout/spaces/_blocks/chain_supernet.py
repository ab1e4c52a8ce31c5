"""The supernet of a chain of blocks: every place has all blocks that may stand there; one runs.

Source: single-path training (Guo et al., ECCV 2020, arXiv 1904.00420).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.errors import SettingsError
from archscout.spaces._blocks.supernet import Supernet, deal
from archscout.spaces.base import Architecture, Architectures, SearchSpace


class ChainSupernet(Supernet):
    """The weights of all chains of a space, which has one decision a place.

    A path is ``(places, 1)``: the option index of every block.

    A fair round has as many paths as the place with the fewest options has: in MobileNet the
    six blocks, while a skip, which has no weights, is not dealt out.

    Args:
        space: the space.
        settings: plain values that make the same supernet again.
        alone: a network of the space, of whose parts the supernet takes all but the blocks.
        parts: names of the network's parts in the order of the forward pass; one is
            ``"blocks"``.
        make_block: makes the module of (option index, place).
        build: builds the network of one architecture in the supernet's size.
    """

    def __init__(
        self,
        space: SearchSpace,
        settings: dict[str, Any],
        *,
        alone: nn.Module,
        parts: Sequence[str],
        make_block: Callable[[int, int], nn.Module],
        build: Callable[[Architecture], nn.Module],
    ) -> None:
        super().__init__(
            settings, space.option_counts[:, None], fair_operations=int(space.option_counts.min())
        )
        self.space = space
        self._parts = tuple(parts)
        self._build = build
        for name in parts:
            self.add_module(name, getattr(alone, name))
        self.blocks = nn.ModuleList(
            nn.ModuleDict({o: make_block(i, place) for i, o in enumerate(variable.options)})
            for place, variable in enumerate(space.variables)
        )
        self._options = [variable.options for variable in space.variables]

    def forward(self, images: Tensor, path: NDArray[np.int8]) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``."""
        rows = self.check_path(path)
        features = images
        for name in self._parts:
            if name == "blocks":
                chosen = zip(self.blocks, self._options, rows, strict=True)
                for place, options, (choice,) in chosen:
                    features = place[options[choice]](features)  # type: ignore[index]
            else:
                features = getattr(self, name)(features)
        return features

    def paths_of(self, archs: Architectures) -> NDArray[np.int8]:
        """Paths ``(n, places, 1)``: the choices themselves."""
        return self.space.as_choices(archs)[:, :, None]

    def _draw_uniform(
        self, rng: np.random.Generator, n: int, shared: bool | None
    ) -> NDArray[np.int8]:
        self._refuse(shared)
        return self.space.sample_choices(rng, n)[:, :, None]

    def _draw_fair(
        self, rng: np.random.Generator, rounds: int, shared: bool | None
    ) -> NDArray[np.int8]:
        self._refuse(shared)
        return deal(rng, self.fair_operations, rounds, self.path_shape[0])[:, :, None]

    def _refuse(self, shared: bool | None) -> None:
        if shared:
            raise SettingsError(
                f"got shared=True, but space {self.space.name!r} has no cells whose operations "
                "could be shared: leave it out"
            )

    def build(self, arch: Architecture) -> nn.Module:
        """Build the network of one architecture alone, in this supernet's size."""
        return self._build(arch)

    def weight_names(self, arch: Architecture) -> dict[str, str]:
        """Names of the blocks' weights in the network alone, and in the supernet."""
        return {
            f"blocks.{place}.": f"blocks.{place}.{self._options[place][choice]}."
            for place, choice in enumerate(arch.choices)
        }
