"""NAS-Bench-201: 15,625 cells of four nodes and six edges with five operations each.

Source: NAS-Bench-201 (Dong and Yang, ICLR 2020, arXiv 2001.00326).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.encodings import arrays as encodings
from archscout.spaces._blocks.block_costs import add_up
from archscout.spaces._blocks.building import builds_drawn
from archscout.spaces.base import Architecture, Architectures, SearchSpace, TokenSpec, Variable
from archscout.spaces.nasbench201 import PLUGIN
from archscout.spaces.nasbench201 import _cell as cell
from archscout.spaces.nasbench201 import _costs as costs

if TYPE_CHECKING:
    import torch

_POSITIONS = len(cell.EDGES)
_OPTIONS = len(cell.OPERATIONS)
_POWERS = _OPTIONS ** np.arange(_POSITIONS - 1, -1, -1)
_FIRST_OPERATION_TOKEN = 3
_RESOLUTION = 32
_OUTPUT_TOKEN = _FIRST_OPERATION_TOKEN + _OPTIONS


class NASBench201(SearchSpace):
    """The NAS-Bench-201 space.

    An architecture is one operation for each of the edges 1<-0, 2<-0, 2<-1, 3<-0, 3<-1, 3<-2,
    the order of the standard text. Encodings:

    - ``"onehot"``: ``(n, 30)`` float32, five options an edge side by side.
    - ``"tokens"``: ``(n, 6)`` int64, one token an edge: option index plus 1, 0 is the start.
    - ``"sequence"``: ``(n, 35)`` int64, the SemiNAS sequence of the eight-vertex graph below;
      only the six operation tokens vary (option index plus 3).
    - ``"graph"``: `GraphEncoding` of eight vertices: the input, the six edges' operations in
      order, the output; a vertex feeds those whose source node it helps to sum.
    - ``"flow"``: that graph without skips, ``none`` and dead edges
      (`archscout.encodings.arrays.flow_graph`), so that twins look alike.

    Examples:
        >>> space = NASBench201()
        >>> arch = space.parse("334131")
        >>> space.params(arch), space.macs(arch)
        (802426, 113951370)
    """

    name = "nasbench201"
    plugin = PLUGIN
    variables = tuple(Variable(f"{t}<-{s}", cell.OPERATIONS) for s, t in cell.EDGES)
    encodings = ("onehot", "tokens", "sequence", "graph", "flow")
    cost_groups = tuple((edge,) for edge in range(_POSITIONS))
    learnable = frozenset(("nor_conv_1x1", "nor_conv_3x3"))

    # --- text -----------------------------------------------------------------------------
    def parse(self, text: str) -> Architecture:
        """Read a cell from the standard text or from six digits such as ``334131``.

        Raises:
            ParseError: if the text is neither; it names the place and what was expected.

        Examples:
            >>> NASBench201().parse("334131").choices
            (3, 3, 4, 1, 3, 1)
        """
        return Architecture(self.name, cell.parse_cell(text))

    def parse_many(self, texts: Iterable[str]) -> NDArray[np.int8]:
        """Read many texts into choices ``(n, 6)``; fast for standard texts."""
        known = self._indices_of_texts
        indices = []
        for text in texts:
            index = known.get(text) if isinstance(text, str) else None
            if index is None:
                index = int(np.dot(cell.parse_cell(text), _POWERS))
            indices.append(index)
        return self.all_choices()[np.array(indices, dtype=np.int64)]

    def format(self, arch: Architecture) -> str:
        """Print the standard text.

        Examples:
            >>> space = NASBench201()
            >>> space.format(space.parse("300000"))
            '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|'
        """
        return cell.format_cell(self.as_choices([arch])[0].tolist())

    @cached_property
    def _indices_of_texts(self) -> dict[str, int]:
        return {text: index for index, text in enumerate(cell.all_texts())}

    # --- the whole space ------------------------------------------------------------------
    def indices(self, archs: Architectures) -> NDArray[np.int64]:
        """Places of architectures in `all_choices`, ``(n,)``."""
        return self.as_choices(archs) @ _POWERS

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """Name the class of twins of ``arch`` by six digits: its first cell in `all_choices`.

        There are 6,466 classes; `archscout.spaces.nasbench201._cell.output_expression` says
        what makes two cells twins.

        Examples:
            >>> space = NASBench201()
            >>> space.canonical_id(space.parse("003000")), space.canonical_id(space.parse("000400"))
            ('000000', '000400')
        """
        return str(self.canonical_ids([arch])[0])

    def canonical_ids(self, archs: Architectures) -> NDArray[np.str_]:
        """`canonical_id` of every architecture, ``(n,)``."""
        return self._canonical_ids[self.indices(archs)]

    @cached_property
    def _canonical_ids(self) -> NDArray[np.str_]:
        first: dict[str, str] = {}
        return np.array(
            [
                first.setdefault(cell.output_expression(row), "".join(map(str, row)))
                for row in self.all_choices().tolist()
            ]
        )

    # --- encodings --------------------------------------------------------------------------
    def encode(self, archs: Architectures, kind: str = "onehot") -> Any:
        """Make arrays from architectures; see the class for the kinds.

        Raises:
            UnknownNameError: if ``kind`` is not one of `encodings`.

        Examples:
            >>> space = NASBench201()
            >>> space.encode([space.parse("334131")], "tokens")
            array([[4, 4, 5, 2, 4, 2]])
        """
        choices = self.as_choices(archs)
        if kind == "sequence":
            return encodings.sequence_from_graph(_graph(choices))
        if kind == "graph":
            return _graph(choices)
        if kind == "flow":
            return encodings.flow_graph(_graph(choices), identity=["skip_connect"], zero=["none"])
        return super().encode(choices, kind)

    def token_spec(self, kind: str = "tokens") -> TokenSpec:
        """Form of the token encodings ``"tokens"`` and ``"sequence"``."""
        if kind != "sequence":
            return super().token_spec(kind)
        fixed, places = self._sequence_form
        allowed = np.zeros((len(fixed), _OUTPUT_TOKEN + 1), dtype=np.bool_)
        allowed[np.arange(len(fixed)), fixed] = True
        allowed[places, _FIRST_OPERATION_TOKEN:_OUTPUT_TOKEN] = True
        return TokenSpec(allowed)

    def decode(
        self, tokens: ArrayLike, kind: str = "tokens"
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """Read token sequences ``(n, length)`` back; see `SearchSpace.decode`.

        Examples:
            >>> NASBench201().decode([[4, 4, 5, 2, 4, 2], [4, 4, 0, 2, 4, 2]])
            (array([[3, 3, 4, 1, 3, 1],
                    [0, 0, 0, 0, 0, 0]], dtype=int8), array([ True, False]))
        """
        if kind != "sequence":
            return super().decode(tokens, kind)
        fixed, places = self._sequence_form
        sequence = encodings.check_tokens(tokens, len(fixed))
        choices = sequence[:, places] - _FIRST_OPERATION_TOKEN
        same = sequence == fixed
        same[:, places] = True
        valid = same.all(axis=1) & ((choices >= 0) & (choices < _OPTIONS)).all(axis=1)
        return np.where(valid[:, None], choices, 0).astype(np.int8), valid

    @cached_property
    def _sequence_form(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """One sequence, whose adjacency and output tokens all share, and the free places."""
        fixed = encodings.sequence_from_graph(_graph(np.zeros((1, _POSITIONS), dtype=np.int8)))[0]
        return fixed, encodings.operation_positions(_POSITIONS + 2)[:-1]

    # --- costs and the network ----------------------------------------------------------------
    def params_table(
        self, archs: Architectures, classes: int = 10, channels: int = 16, cells: int = 5
    ) -> NDArray[np.int64]:
        """Exact numbers of trainable parameters of the networks that `build` makes, ``(n,)``.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            classes: outputs of the classifier.
            channels: channels of the first stage.
            cells: cells a stage.

        Raises:
            SettingsError: if a setting is out of range.
        """
        return self._costs(archs, classes, channels, cells, _RESOLUTION)[:, 0]

    def macs_table(
        self,
        archs: Architectures,
        classes: int = 10,
        channels: int = 16,
        cells: int = 5,
        resolution: int = _RESOLUTION,
    ) -> NDArray[np.int64]:
        """Exact multiply-adds for one image, ``(n,)``: convolutions, the classifier and its bias.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            classes: outputs of the classifier.
            channels: channels of the first stage.
            cells: cells a stage.
            resolution: height and width of the image, a multiple of 4.

        Raises:
            SettingsError: if a setting is out of range.
        """
        return self._costs(archs, classes, channels, cells, resolution)[:, 1]

    def _costs(
        self, archs: Architectures, classes: int, channels: int, cells: int, resolution: int
    ) -> NDArray[np.int64]:
        sizes = {"classes": classes, "channels": channels, "cells": cells}
        sizes = costs.check_settings(**sizes, resolution=resolution)
        return add_up(self.as_choices(archs), *costs.price_tables(**sizes))

    @builds_drawn
    def build(
        self,
        arch: Architecture,
        classes: int = 10,
        channels: int = 16,
        cells: int = 5,
        generator: torch.Generator | None = None,
    ) -> torch.nn.Module:
        """Build the PyTorch network: images ``(n, 3, h, w)`` to logits ``(n, classes)``.

        Args:
            arch: the cell.
            classes: outputs of the classifier.
            channels: channels of the first stage.
            cells: cells a stage.
            generator: draws the initial weights; None leaves them to PyTorch's own state.

        Raises:
            SettingsError: if a setting is out of range.
        """
        from archscout.spaces.nasbench201._network import NASBench201Network

        return NASBench201Network(**self.network_arguments(arch, classes, channels, cells))

    def network_arguments(
        self, arch: Architecture, classes: int = 10, channels: int = 16, cells: int = 5
    ) -> dict[str, Any]:
        """What `build` makes the class of its networks with, as plain values."""
        sizes = costs.check_settings(classes=classes, channels=channels, cells=cells)
        operations = [cell.OPERATIONS[c] for c in self.as_choices([arch])[0].tolist()]
        return {"operations": operations, **sizes}


def _graph(choices: NDArray[np.integer[Any]]) -> encodings.GraphEncoding:
    """Make the graph whose inner vertices are the cell's edges, for ``(n, 6)`` choices."""
    last = _POSITIONS + 1
    feeds = np.zeros((last + 1, last + 1), dtype=np.int8)
    for vertex, (source, target) in enumerate(cell.EDGES, start=1):
        if source == 0:
            feeds[0, vertex] = 1
        if target == cell.EDGES[-1][1]:
            feeds[vertex, last] = 1
        for later, (origin, _) in enumerate(cell.EDGES, start=1):
            feeds[vertex, later] = int(origin == target)
    operations = np.zeros((len(choices), last + 1), dtype=np.int64)
    operations[:, 1:last] = choices + 1
    operations[:, last] = _OPTIONS + 1
    adjacency = np.tile(feeds, (len(choices), 1, 1))
    return encodings.GraphEncoding(adjacency, operations, ("input", *cell.OPERATIONS, "output"))
