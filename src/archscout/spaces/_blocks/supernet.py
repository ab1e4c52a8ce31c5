"""What every supernet can do: run one path, name an architecture's path, draw paths, hand over
the weights of an architecture.

A supernet holds the weights of all architectures of a space. One step uses one *path*: an
operation index for each position (column) of each place (row) of the network.

Source: single-path training (Guo et al., ECCV 2020, arXiv 1904.00420); fair sampling is FairNAS
(Chu et al., ICCV 2021, arXiv 1907.01845).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout._common.own_state import own_state
from archscout.errors import ParseError, SettingsError, unknown_name
from archscout.spaces.base import Architecture, Architectures, SearchSpace

SAMPLINGS = ("uniform", "fair")
"""Ways to draw paths."""


class Supernet(nn.Module, ABC):
    """Base of the supernets.

    Args:
        settings: plain values that, with the name of the space, make the same supernet again.
        option_counts: ``(places, width)`` number of operations of each position of a path.
        fair_operations: number of operations that a round of fair sampling deals out; each
            subclass says which.

    Attributes:
        space: the search space.
    """

    space: SearchSpace

    def __init__(
        self, settings: dict[str, Any], option_counts: NDArray[np.int64], fair_operations: int
    ) -> None:
        super().__init__()
        self.settings = settings
        self.option_counts = option_counts
        self.fair_operations = fair_operations

    @property
    def path_shape(self) -> tuple[int, int]:
        """Places and positions a place of a path."""
        places, width = self.option_counts.shape
        return places, width

    # --- one path -------------------------------------------------------------------------
    @abstractmethod
    def forward(self, images: Tensor, path: NDArray[np.int8]) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)`` along one path.

        Only what reaches the logits is computed; parameters that the path does not use get no
        gradient (None).

        Args:
            images: ``(n, 3, h, w)`` floats.
            path: ``(places, width)`` operation indices.
        """

    def check_path(self, path: NDArray[np.int8]) -> list[list[int]]:
        """Check a path and give it as lists; raises `ParseError`."""
        array = np.asarray(path)
        if array.shape != self.path_shape:
            raise ParseError(
                f"got a path of shape {array.shape}, expected {self.path_shape} in a supernet of "
                f"space {self.space.name!r}"
            )
        bad = (array < 0) | (array >= self.option_counts)
        if bad.any():
            place, position = np.argwhere(bad)[0].tolist()
            raise ParseError(
                f"got operation {array[place, position]} at place {place}, position {position} "
                f"of a path, expected 0 to {self.option_counts[place, position] - 1}"
            )
        rows: list[list[int]] = array.tolist()
        return rows

    # --- paths ----------------------------------------------------------------------------
    @abstractmethod
    def paths_of(self, archs: Architectures) -> NDArray[np.int8]:
        """Paths ``(n, places, width)`` that compute what the architectures compute."""

    def path_of(self, arch: Architecture) -> NDArray[np.int8]:
        """The path ``(places, width)`` of one architecture."""
        path: NDArray[np.int8] = self.paths_of([arch])[0]
        return path

    def round_size(self, sampling: str = "uniform") -> int:
        """Number of paths whose gradients make one update: 1, or those of a fair round."""
        if sampling not in SAMPLINGS:
            raise unknown_name("sampling", sampling, SAMPLINGS)
        return self.fair_operations if sampling == "fair" else 1

    def draw_paths(
        self,
        rng: np.random.Generator,
        n: int,
        sampling: str = "uniform",
        *,
        shared: bool | None = None,
    ) -> NDArray[np.int8]:
        """Draw training paths.

        Args:
            rng: the only source of randomness.
            n: number of paths; with ``"fair"`` a multiple of ``round_size("fair")``.
            sampling: ``"uniform"``, or ``"fair"``: the paths come in rounds, and in each round
                every operation of every position is used exactly once.
            shared: whether all cells of a kind have the same operations; None does as
                published. Only spaces of cells know it.

        Returns:
            ``(n, places, width)``.

        Raises:
            UnknownNameError: if there is no such sampling.
            SettingsError: if ``n`` or ``shared`` does not fit.
        """
        size = self.round_size(sampling)
        if n < 0 or n % size:
            raise SettingsError(
                f"got n={n}, expected a multiple of {size}, the paths of a round of {sampling} "
                "sampling"
            )
        if sampling == "fair":
            return self._draw_fair(rng, n // size, shared)
        return self._draw_uniform(rng, n, shared)

    @abstractmethod
    def _draw_uniform(
        self, rng: np.random.Generator, n: int, shared: bool | None
    ) -> NDArray[np.int8]:
        """Draw ``(n, places, width)``."""

    @abstractmethod
    def _draw_fair(
        self, rng: np.random.Generator, rounds: int, shared: bool | None
    ) -> NDArray[np.int8]:
        """Draw ``(rounds * fair_operations, places, width)``, round by round."""

    # --- one architecture alone -----------------------------------------------------------
    @abstractmethod
    def build(self, arch: Architecture) -> nn.Module:
        """Build the network of one architecture alone, in this supernet's size."""

    @abstractmethod
    def weight_names(self, arch: Architecture) -> dict[str, str]:
        """Beginnings of names in the network alone, and in the supernet, where they differ."""

    @own_state(one_thread=False)
    def inherit(self, arch: Architecture) -> nn.Module:
        """Build one architecture alone with a copy of its weights and running statistics.

        Returns:
            The network, on the device and in the mode (training or evaluation) of the
            supernet; it computes the same logits as the supernet along `path_of`.
        """
        with torch.random.fork_rng(devices=[]):  # All that is drawn is replaced.
            network = self.build(arch)
        own, shared = network.state_dict(), self.state_dict()
        begins = self.weight_names(arch)
        with torch.no_grad():
            for name, tensor in own.items():
                begin = next((b for b in begins if name.startswith(b)), "")
                source = begins.get(begin, "") + name[len(begin) :]
                # Scale one and shift zero stay where the supernet's norms have no weights.
                if source in shared:
                    tensor.copy_(shared[source])
        network.train(self.training)
        device = next(self.parameters()).device
        return network.to(device)


def deal(
    rng: np.random.Generator, operations: int, rounds: int, decisions: int
) -> NDArray[np.int8]:
    """Deal operations out so that in each round every decision has each of them once.

    Returns:
        ``(rounds * operations, decisions)`` numbers from 0 to ``operations - 1``.

    Examples:
        >>> dealt = deal(np.random.default_rng(0), 3, rounds=1, decisions=2)
        >>> sorted(dealt[:, 0].tolist()), sorted(dealt[:, 1].tolist())
        ([0, 1, 2], [0, 1, 2])
    """
    hands = np.tile(np.arange(operations, dtype=np.int8), (rounds, decisions, 1))
    dealt = rng.permuted(hands, axis=2).transpose(0, 2, 1)
    return dealt.reshape(rounds * operations, decisions)
