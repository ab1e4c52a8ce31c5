"""The supernet of NAS-Bench-201: every cell has each edge's two convolutions; only live edges run.

Source: random-label search (Zhang et al., CVPR 2021, arXiv 2101.11834) on the macro skeleton of
NAS-Bench-201 (arXiv 2001.00326): 16 channels, 5 cells a stage, norms of cells without weights
but with running statistics; a step draws each cell's operations independently, and a node that
would get nothing but ``none`` is drawn again. Deviation: edges that no path from a cell's input
to its output uses are left out, while the released code multiplies features by zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces._blocks.supernet import Supernet, deal
from archscout.spaces.base import Architecture, Architectures
from archscout.spaces.nasbench201._cell import EDGES, OPERATIONS, live_edges
from archscout.spaces.nasbench201._costs import check_settings
from archscout.spaces.nasbench201._network import NASBench201Network, make_operation
from archscout.spaces.nasbench201.space import NASBench201

_CONVOLUTIONS = ("nor_conv_1x1", "nor_conv_3x3")
_NODES = 3


@lru_cache(maxsize=15_625)
def _live(choices: tuple[int, ...]) -> tuple[tuple[int, int, int, str], ...]:
    """(edge, source, target, operation) of the live edges of a cell, by target."""
    live = live_edges(np.array([choices]))[0]
    return tuple(
        (edge, *EDGES[edge], OPERATIONS[choices[edge]]) for edge in np.flatnonzero(live).tolist()
    )


class SupernetCell(nn.Module):
    """Four nodes, six edges, and on each edge both convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            nn.ModuleDict(
                {name: make_operation(name, channels, affine=False) for name in _CONVOLUTIONS}
            )
            for _ in EDGES
        )
        self.pool = make_operation("avg_pool_3x3", channels)

    def forward(self, features: Tensor, choices: Sequence[int]) -> Tensor:
        """Map features to features of the same shape; zeros if no path reaches the output."""
        nodes: list[Tensor | None] = [features, *[None] * _NODES]
        for edge, source, target, operation in _live(tuple(choices)):
            term = nodes[source]
            assert term is not None
            if operation in _CONVOLUTIONS:
                term = self.edges[edge][operation](term)  # type: ignore[index]
            elif operation == "avg_pool_3x3":
                term = self.pool(term)
            total = nodes[target]
            nodes[target] = term if total is None else total + term
        output = nodes[-1]
        return torch.zeros_like(features) if output is None else output


class NASBench201Supernet(Supernet):
    """The weights of all 15,625 cells, other ones in each place.

    A path is ``(3 * cells, 6)``: the six operation indices of every cell, in order.

    A fair round has four paths: ``none`` is not dealt out, because it has no weights to be
    trained, and a node with nothing but ``none`` could not be drawn again without breaking the
    round.

    Args:
        classes: outputs of the classifier.
        channels: channels of the first stage.
        cells: cells a stage.
        generator: draws the initial weights; None leaves them to PyTorch's own state.

    Raises:
        SettingsError: if a setting is out of range.

    Examples:
        >>> supernet = NASBench201Supernet(channels=4, cells=1)
        >>> supernet.path_of(supernet.space.parse("334131")).shape
        (3, 6)
    """

    space = NASBench201()

    @builds_drawn
    def __init__(
        self,
        classes: int = 10,
        channels: int = 16,
        cells: int = 5,
        generator: torch.Generator | None = None,
    ) -> None:
        settings = check_settings(classes=classes, channels=channels, cells=cells)
        super().__init__(
            dict(settings),
            np.full((3 * settings["cells"], len(EDGES)), len(OPERATIONS)),
            fair_operations=len(OPERATIONS) - 1,
        )
        # The network around the cells is that of a cell without weights.
        around = NASBench201Network(["none"] * len(EDGES), **settings)
        self.stem, self.tail, self.classifier = around.stem, around.tail, around.classifier
        blocks, width = [], settings["channels"]
        for place, block in enumerate(around.body):
            if place % (settings["cells"] + 1) == settings["cells"]:
                width *= 2
                blocks.append(block)
            else:
                blocks.append(SupernetCell(width))
        self.body = nn.ModuleList(blocks)

    def forward(self, images: Tensor, path: NDArray[np.int8]) -> Tensor:
        """Map images ``(n, 3, h, w)``, sides multiples of 4, to logits ``(n, classes)``."""
        rows = iter(self.check_path(path))
        features = self.stem(images)
        for block in self.body:
            if isinstance(block, SupernetCell):
                features = block(features, next(rows))
            else:
                features = block(features)
        logits: Tensor = self.classifier(self.tail(features))
        return logits

    def paths_of(self, archs: Architectures) -> NDArray[np.int8]:
        """Paths ``(n, places, 6)``: the same cell in every place."""
        return np.repeat(self.space.as_choices(archs)[:, None], self.path_shape[0], axis=1)

    def _draw_uniform(
        self, rng: np.random.Generator, n: int, shared: bool | None
    ) -> NDArray[np.int8]:
        places = 1 if shared else self.path_shape[0]
        nodes = []
        for node in range(1, _NODES + 1):
            # A node's operations as one number; zero, nothing but none, is not drawn.
            codes = rng.integers(1, len(OPERATIONS) ** node, (n, places, 1))
            nodes.append(codes // len(OPERATIONS) ** np.arange(node) % len(OPERATIONS))
        return self._in_all_places(np.concatenate(nodes, axis=2).astype(np.int8))

    def _draw_fair(
        self, rng: np.random.Generator, rounds: int, shared: bool | None
    ) -> NDArray[np.int8]:
        places = 1 if shared else self.path_shape[0]
        dealt = deal(rng, self.fair_operations, rounds, places * len(EDGES)) + 1
        return self._in_all_places(dealt.reshape(len(dealt), places, len(EDGES)))

    def _in_all_places(self, paths: NDArray[np.int8]) -> NDArray[np.int8]:
        return np.repeat(paths, self.path_shape[0] // paths.shape[1], axis=1)

    def build(self, arch: Architecture) -> nn.Module:
        """Build the network of one cell alone, in this supernet's size."""
        return self.space.build(arch, **self.settings)

    def weight_names(self, arch: Architecture) -> dict[str, str]:
        """Names of the edges' weights in the network alone, and in the supernet."""
        operations = [OPERATIONS[choice] for choice in arch.choices]
        return {
            f"body.{place}.edges.{edge}.": f"body.{place}.edges.{edge}.{operation}."
            for place, block in enumerate(self.body)
            if isinstance(block, SupernetCell)
            for edge, operation in enumerate(operations)
            if operation in _CONVOLUTIONS
        }

    def inherit(self, arch: Architecture) -> nn.Module:
        """As `Supernet.inherit`; norms behind edges that nothing reaches forget what they saw.

        Those edges of the network alone compute on zeros. Only without the mean of other
        paths' features do they hand zeros on, as the supernet does.
        """
        network = super().inherit(arch)
        dead = np.flatnonzero(~live_edges(self.space.as_choices([arch]))[0]).tolist()
        for name, module in network.named_modules():
            # Such as body.0.edges.2.2, the norm of edge 2.
            parts = name.split(".")
            if isinstance(module, nn.BatchNorm2d) and "edges" in parts and int(parts[3]) in dead:
                module.reset_running_stats()
        return network
