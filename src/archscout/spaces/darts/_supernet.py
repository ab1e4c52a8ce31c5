"""The supernet of DARTS: every cell has seven operations on each of its 14 edges; chosen ones run.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834) on the networks of DARTS
(arXiv 1806.09055): a step draws one normal and one reduce cell, each node with exactly two
inputs, none of them ``none``; norms have weights, also those behind pooling, which networks
trained alone do not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.errors import SettingsError
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces._blocks.supernet import Supernet, deal
from archscout.spaces.base import Architecture, Architectures
from archscout.spaces.darts._cell import (
    CELLS,
    EDGES,
    INPUTS,
    NODES,
    OPERATIONS,
    POSITIONS,
    edges_of,
)
from archscout.spaces.darts._costs import CellPlace, layout_of, places
from archscout.spaces.darts._network import DARTSNetwork, make_operation
from archscout.spaces.darts.space import DARTS

_SIZES = {"cifar": (16, 8), "imagenet": (48, 14)}  # Channels and cells, as published.
# The first architecture, whose cells have no weights of their own.
_FIRST = Architecture("darts", (0,) * len(CELLS) * POSITIONS)


class SupernetCell(nn.Module):
    """Two inputs, four nodes, 14 edges, and on each edge seven operations.

    Args:
        place: form of the cell.
        preprocess: makes both inputs as wide and high as the nodes need.
        pool_norms: whether norms with weights stand behind pooling.
    """

    def __init__(self, place: CellPlace, preprocess: nn.ModuleList, pool_norms: bool) -> None:
        super().__init__()
        self.preprocess = preprocess
        self.channels = place.channels
        self.stride = 2 if place.reduction else 1
        self.edges = nn.ModuleList()
        for source, _ in EDGES:
            stride = self.stride if source < INPUTS else 1
            operations = {n: make_operation(n, place.channels, stride) for n in OPERATIONS[1:]}
            if pool_norms:
                operations = {n: _with_norm(n, o, place.channels) for n, o in operations.items()}
            self.edges.append(nn.ModuleDict(operations))

    def forward(self, earlier: Tensor, last: Tensor, choices: Sequence[int]) -> Tensor:
        """Map the outputs of the two cells before to this one's; a node without input is zero."""
        states: list[Tensor | None] = [None] * (INPUTS + len(NODES))
        states[0], states[1] = self.preprocess[0](earlier), self.preprocess[1](last)
        for edge, choice in enumerate(choices):
            source, target = EDGES[edge]
            features = states[source]
            if choice and features is not None:
                term = self.edges[edge][OPERATIONS[choice]](features)  # type: ignore[index]
                total = states[target]
                states[target] = term if total is None else total + term
        nodes = states[INPUTS:]
        return torch.cat([self._zeros(states) if n is None else n for n in nodes], dim=1)

    def _zeros(self, states: list[Tensor | None]) -> Tensor:
        inner = states[1]
        assert inner is not None
        height, width = (-(-side // self.stride) for side in inner.shape[2:])
        return inner.new_zeros(inner.shape[0], self.channels, height, width)


def _with_norm(name: str, operation: nn.Module, channels: int) -> nn.Module:
    """Put a norm behind an operation that pools."""
    return nn.Sequential(operation, nn.BatchNorm2d(channels)) if "pool" in name else operation


class DARTSSupernet(Supernet):
    """The weights of all DARTS cells, other ones in each place.

    A path is ``(cells, 14)``: for each cell the operation of every edge, an index into
    `archscout.spaces.darts._cell.OPERATIONS`, 0 where the edge is not used.

    A fair round has seven paths. It is fair among operations only: each cell's nodes keep their
    two inputs through the round, drawn uniformly, and every operation is used once on each.

    Args:
        network: ``"cifar"`` (16 channels, 8 cells, 10 classes) or ``"imagenet"`` (48 channels,
            14 cells, 1000 classes).
        channels: channels of a node in the first cells, even; None takes the network's.
        cells: number of cells; None takes the network's.
        classes: outputs of the classifier; None takes the network's.
        pool_norms: whether norms with weights stand behind pooling, as released. Without them
            `inherit` gives exactly the space's network; with them, that network and its norms.
        generator: draws the initial weights; None leaves them to PyTorch's own state.

    Raises:
        UnknownNameError: if there is no such network.
        SettingsError: if a setting is out of range.

    Examples:
        >>> supernet = DARTSSupernet(channels=4, cells=3)
        >>> supernet.draw_paths(np.random.default_rng(0), 2).shape
        (2, 3, 14)
    """

    space = DARTS()

    @builds_drawn
    def __init__(
        self,
        network: str = "cifar",
        channels: int | None = None,
        cells: int | None = None,
        classes: int | None = None,
        *,
        pool_norms: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        usual = _SIZES.get(network, (None, None))
        layout = layout_of(
            network,
            usual[0] if channels is None else channels,
            usual[1] if cells is None else cells,
            classes,
        )
        if not isinstance(pool_norms, bool):
            raise SettingsError(f"got pool_norms={pool_norms!r}, expected true or false")
        listed = places(layout)
        settings: dict[str, Any] = {
            "network": network,
            "channels": layout.channels,
            "cells": layout.cells,
            "classes": layout.classes,
            "pool_norms": pool_norms,
        }
        super().__init__(
            settings,
            np.full((layout.cells, len(EDGES)), len(OPERATIONS)),
            fair_operations=len(OPERATIONS) - 1,
        )
        self.layout = layout
        sizes = {name: settings[name] for name in ("network", "channels", "cells", "classes")}
        around = DARTSNetwork(**self.space.network_arguments(_FIRST, **sizes))
        self.stem, self.second_stem = around.stem, around.second_stem
        self.cells = nn.ModuleList(
            SupernetCell(place, cell.preprocess, pool_norms)  # type: ignore[arg-type]
            for place, cell in zip(listed, around.cells, strict=True)
        )
        self.pool, self.classifier = around.pool, around.classifier
        self._kinds = np.array([int(place.reduction) for place in listed])

    def forward(self, images: Tensor, path: NDArray[np.int8]) -> Tensor:
        """Map images ``(n, 3, h, w)`` to logits ``(n, classes)``.

        Sides are multiples of 4 (``"cifar"``) or 32 (``"imagenet"``).
        """
        earlier = self.stem(images)
        last = self.second_stem(earlier)
        for cell, choices in zip(self.cells, self.check_path(path), strict=True):
            earlier, last = last, cell(earlier, last, choices)
        logits: Tensor = self.classifier(self.pool(last))
        return logits

    def paths_of(self, archs: Architectures) -> NDArray[np.int8]:
        """Paths ``(n, cells, 14)``: the normal or the reduce cell in every place."""
        return self.space.edges(archs)[:, self._kinds]

    def _draw_uniform(
        self, rng: np.random.Generator, n: int, shared: bool | None
    ) -> NDArray[np.int8]:
        cells = len(self._kinds) if shared is False else len(CELLS)
        counts = self.space.option_counts[:POSITIONS]
        return self._in_all_places(rng.integers(0, counts, (n, cells, POSITIONS)))

    def _draw_fair(
        self, rng: np.random.Generator, rounds: int, shared: bool | None
    ) -> NDArray[np.int8]:
        cells = len(self._kinds) if shared is False else len(CELLS)
        counts = self.space.option_counts[:POSITIONS]
        size = self.fair_operations
        decisions = rng.integers(0, counts, (rounds, cells, POSITIONS)).repeat(size, axis=0)
        operations = np.flatnonzero(counts == size)
        dealt = deal(rng, size, rounds, cells * len(operations))
        decisions[:, :, operations] = dealt.reshape(len(dealt), cells, len(operations))
        return self._in_all_places(decisions)

    def _in_all_places(self, decisions: NDArray[np.int64]) -> NDArray[np.int8]:
        """Paths from decisions ``(n, 2 or cells, 11)``."""
        n, cells, _ = decisions.shape
        edges = edges_of(decisions.reshape(n * cells, POSITIONS)).reshape(n, cells, len(EDGES))
        return edges[:, self._kinds] if cells != len(self._kinds) else edges

    def build(self, arch: Architecture) -> nn.Module:
        """Build the network of one architecture alone, with this supernet's norms behind pools."""
        sizes = {name: value for name, value in self.settings.items() if name != "pool_norms"}
        network = self.space.build(arch, **sizes)
        if self.settings["pool_norms"]:
            for number, place in enumerate(places(self.layout)):
                operations = network.get_submodule(f"cells.{number}.operations")
                assert isinstance(operations, nn.ModuleList)
                pairs = self.space.cells(arch)[place.reduction]
                for position, (operation, _) in enumerate(pairs):
                    name = OPERATIONS[operation]
                    operations[position] = _with_norm(name, operations[position], place.channels)
        return network

    def weight_names(self, arch: Architecture) -> dict[str, str]:
        """Names of the operations' weights in the network alone, and in the supernet."""
        names = {}
        for cell, kind in enumerate(self._kinds.tolist()):
            pairs = self.space.cells(arch)[kind]
            for position, (operation, source) in enumerate(pairs):
                edge = EDGES.index((source, INPUTS + position // 2))
                names[f"cells.{cell}.operations.{position}."] = (
                    f"cells.{cell}.edges.{edge}.{OPERATIONS[operation]}."
                )
        return names
