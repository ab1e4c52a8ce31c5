"""DARTS: a normal and a reduce cell of four nodes, each the sum of two of seven operations.

Source: DARTS (Liu et al., ICLR 2019, arXiv 1806.09055); random-label search (Zhang et al., CVPR
2021, arXiv 2101.11834) for two different inputs a node, none of them ``none``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout.encodings import arrays as encodings
from archscout.spaces._blocks import block_costs
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces.base import Architecture, Architectures, SearchSpace, Variable
from archscout.spaces.darts import PLUGIN
from archscout.spaces.darts import _cell as darts_cell
from archscout.spaces.darts import _costs as darts_costs
from archscout.spaces.darts._graph import graph_of
from archscout.spaces.darts._text import decisions_of_printed, format_genotype, parse_genotype

if TYPE_CHECKING:
    import torch


def _variables() -> tuple[Variable, ...]:
    listed = []
    for cell in darts_cell.CELLS:
        for node, pairs in darts_cell.INPUT_PAIRS.items():
            name = f"{cell}_node{node}"
            if len(pairs) > 1:
                listed.append(Variable(f"{name}_inputs", tuple(f"{a}+{b}" for a, b in pairs)))
            for place in ("first", "second"):
                listed.append(Variable(f"{name}_{place}", darts_cell.OPERATIONS[1:]))
    return tuple(listed)


def _nodes() -> tuple[tuple[int, ...], ...]:
    """Positions of each node's decisions: what an operation costs depends on its input."""
    nodes: dict[str, list[int]] = {}
    for position, variable in enumerate(_variables()):
        nodes.setdefault(variable.name.rpartition("_")[0], []).append(position)
    return tuple(map(tuple, nodes.values()))


class DARTS(SearchSpace):
    """The DARTS space: (180 x 7^8)^2, about 1.1e18 architectures.

    A cell has inputs 0 and 1 and nodes 2 to 5. A node takes two different ones of what comes
    before it, each through one of seven operations, and adds them up; the cell hands on all
    four nodes. The eighth operation of the supernets, ``none``, is what an edge that is not
    chosen has; no genotype names it. An architecture has 11 decisions for the normal and 11
    for the reduce cell: for each node the pair of inputs (node 2 has just one) and the
    operations of the lower and the higher input, so that every genotype has one form. Encodings:

    - ``"onehot"``: ``(n, 150)`` float32, the options of a decision side by side.
    - ``"edges"``: ``(n, 224)`` float32, for each of the 2 x 14 edges one of eight operations.
    - ``"tokens"``: ``(n, 22)`` int64, one token a decision: option index plus 1, 0 is the start.
    - ``"graph"``: `GraphEncoding` of 24 vertices, `archscout.spaces.darts._graph.graph_of`.

    The space cannot be listed: ``len`` and `all_choices` raise `TypeError`.

    Examples:
        >>> space = DARTS()
        >>> cell = "[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), " \\
        ...     "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), " \\
        ...     "('skip_connect', 0), ('dil_conv_3x3', 2)]"
        >>> arch = space.parse(f"Genotype(normal={cell}, normal_concat=range(2, 6), "
        ...     f"reduce={cell}, reduce_concat=range(2, 6))")
        >>> space.params(arch), space.macs(arch, "cifar", channels=16, cells=8)
        (5353792, 51476992)
    """

    name = "darts"
    plugin = PLUGIN
    variables = _variables()
    encodings = ("onehot", "edges", "tokens", "graph")
    cost_groups = _nodes()
    learnable = frozenset(
        f"{name}_{operation}"
        for name in darts_cell.CELLS
        for operation in darts_cell.OPERATIONS[4:]
    )

    # --- text -----------------------------------------------------------------------------
    def parse(self, text: str) -> Architecture:
        """Read an architecture from the usual text of a genotype, which is never executed.

        The inputs of a node may come in either order; both read as the same architecture. See
        `archscout.spaces.darts._text.parse_genotype` for the forms that are taken.

        Raises:
            ParseError: if the text is no genotype of this space; it says where and why.
        """
        decisions = decisions_of_printed(text) if isinstance(text, str) else None
        if decisions is None:
            decisions = sum(map(darts_cell.decisions_of, parse_genotype(text)), ())
        return Architecture(self.name, decisions)

    def format(self, arch: Architecture) -> str:
        """Print the genotype, each node's inputs in ascending order."""
        return format_genotype(*self.cells(arch))

    def cells(self, arch: Architecture) -> tuple[darts_cell.Pairs, darts_cell.Pairs]:
        """The normal and the reduce cell as eight pairs (operation index, source)."""
        row = self.as_choices([arch])[0].tolist()
        half = darts_cell.POSITIONS
        return darts_cell.pairs_of(row[:half]), darts_cell.pairs_of(row[half:])

    def edges(self, archs: Architectures) -> NDArray[np.int8]:
        """Operations of the edges of both cells, ``(n, 2, 14)``, 0 where none is chosen.

        The edges come as `archscout.spaces.darts._cell.EDGES` lists them, the operations as
        `archscout.spaces.darts._cell.OPERATIONS`: the form in which random-label search keeps
        its candidates.
        """
        choices = self.as_choices(archs)
        half = darts_cell.POSITIONS
        parts = [darts_cell.edges_of(choices[:, :half]), darts_cell.edges_of(choices[:, half:])]
        return np.stack(parts, axis=1)

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """Name the network by the first of the genotypes that number its nodes otherwise.

        All nodes are handed on side by side, so their order makes no difference once the
        network is trained alone. In a supernet it does: there the edges have weights of their
        own.
        """
        return format_genotype(*map(darts_cell.smallest_twin, self.cells(arch)))

    # --- encodings --------------------------------------------------------------------------
    def encode(self, archs: Architectures, kind: str = "onehot") -> Any:
        """Make arrays from architectures; see the class for the kinds.

        Raises:
            UnknownNameError: if ``kind`` is not one of `encodings`.
        """
        choices = self.as_choices(archs)
        if kind == "graph":
            return graph_of(self.edges(choices))
        if kind == "edges":
            edges = self.edges(choices).reshape(len(choices), 2 * len(darts_cell.EDGES))
            return encodings.one_hot(edges, [len(darts_cell.OPERATIONS)] * edges.shape[1])
        return super().encode(choices, kind)

    # --- costs and the network ----------------------------------------------------------------
    def params_table(
        self,
        archs: Architectures,
        network: str = "imagenet",
        *,
        channels: int | None = None,
        cells: int | None = None,
        classes: int | None = None,
    ) -> NDArray[np.int64]:
        """Exact numbers of trainable parameters of the networks that `build` makes, ``(n,)``.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            network: ``"imagenet"`` (14 cells of 48 channels, 1000 classes, 224x224) or
                ``"cifar"`` (20 cells of 36 channels, 10 classes, 32x32).
            channels: channels of a node in the first cells, even; None takes the network's.
            cells: number of cells; None takes the network's.
            classes: outputs of the classifier; None takes the network's.

        Raises:
            UnknownNameError: if there is no such network.
            SettingsError: if a setting is out of range.
        """
        layout = darts_costs.layout_of(network, channels, cells, classes)
        return self._costs(archs, layout)[:, 0]

    def macs_table(
        self,
        archs: Architectures,
        network: str = "imagenet",
        *,
        channels: int | None = None,
        cells: int | None = None,
        classes: int | None = None,
        resolution: int | None = None,
    ) -> NDArray[np.int64]:
        """Exact multiply-adds of convolutions and the classifier for one image, ``(n,)``.

        The classifier's bias does not count.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            network: ``"imagenet"`` or ``"cifar"``.
            channels: channels of a node in the first cells, even; None takes the network's.
            cells: number of cells; None takes the network's.
            classes: outputs of the classifier; None takes the network's.
            resolution: height and width of the image, a multiple of 32 (``"imagenet"``) or 4
                (``"cifar"``); None takes the network's.

        Raises:
            UnknownNameError: if there is no such network.
            SettingsError: if a setting is out of range.
        """
        layout = darts_costs.layout_of(network, channels, cells, classes, resolution)
        return self._costs(archs, layout)[:, 1]

    def _costs(self, archs: Architectures, layout: darts_costs.Layout) -> NDArray[np.int64]:
        fixed, prices = darts_costs.price_tables(layout)
        edges = self.edges(archs)
        return block_costs.add_up(edges.reshape(len(edges), len(prices)), fixed, prices)

    @builds_drawn
    def build(
        self,
        arch: Architecture,
        network: str = "imagenet",
        *,
        channels: int | None = None,
        cells: int | None = None,
        classes: int | None = None,
        generator: torch.Generator | None = None,
    ) -> torch.nn.Module:
        """Build the PyTorch network: images ``(n, 3, h, w)`` to logits ``(n, classes)``.

        Args:
            arch: the architecture.
            network: ``"imagenet"`` or ``"cifar"``.
            channels: channels of a node in the first cells, even; None takes the network's.
            cells: number of cells; None takes the network's.
            classes: outputs of the classifier; None takes the network's.
            generator: draws the initial weights; None leaves them to PyTorch's own state.

        Raises:
            UnknownNameError: if there is no such network.
            SettingsError: if a setting is out of range.
        """
        from archscout.spaces.darts._network import DARTSNetwork

        sizes = {"channels": channels, "cells": cells, "classes": classes}
        return DARTSNetwork(**self.network_arguments(arch, network, **sizes))

    def network_arguments(
        self, arch: Architecture, network: str = "imagenet", **sizes: int | None
    ) -> dict[str, Any]:
        """What `build` makes the class of its networks with, as plain values."""
        layout = darts_costs.layout_of(network, **sizes)
        cells = [
            [(darts_cell.OPERATIONS[operation], source) for operation, source in pairs]
            for pairs in self.cells(arch)
        ]
        return {
            "normal": cells[0],
            "reduce": cells[1],
            "network": network,
            "channels": layout.channels,
            "cells": layout.cells,
            "classes": layout.classes,
        }
