"""NAS-Bench-101: 423,624 different cells of at most seven vertices and nine edges.

Source: NAS-Bench-101 (Ying et al., ICML 2019, arXiv 1902.09635).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout.spaces._blocks.building import builds
from archscout.spaces._draws import check_count
from archscout.spaces.base import Architecture, Architectures, SearchSpace, TokenSpec, Variable
from archscout.spaces.nasbench101 import (
    PLUGIN,
)
from archscout.spaces.nasbench101 import (
    _cell as cell,
)
from archscout.spaces.nasbench101 import (
    _costs as costs,
)
from archscout.spaces.nasbench101 import (
    _encodings as encodings,
)
from archscout.spaces.nasbench101._enumeration import CELLS, enumerate_cells
from archscout.spaces.nasbench101._hash_table import hash_table, hashes_of
from archscout.spaces.nasbench101._mutation import mutated

if TYPE_CHECKING:
    import torch

_RESOLUTION = 32
_BLOCK = 4096  # Architectures of an iteration at a time.


class NASBench101(SearchSpace):
    """The NAS-Bench-101 space.

    An architecture is a cell *as written*: 21 edge bits between seven vertices, edge
    ``x -> y`` at position ``x + y * (y - 1) / 2``, and the operations of the five inner ones. A
    cell of ``v`` vertices uses vertices 0 to ``v - 2`` and, as its output, vertex 6; the inner
    vertices it lacks have no edges and operation 0. A cell is valid if a path leads from input
    to output and at most nine edges lie on such paths.

    Many written cells compute the same: they differ in dead vertices or in the order of their
    vertices. `canonical_id`, the benchmark's own graph hash, is equal for all of them. The space
    lists one cell a hash, the first in the benchmark's own enumeration; `representatives` maps
    any cell to it. `len`, iteration and `sample` are over these 423,624 cells, while `mutate`,
    `crossover`, `neighbors` and `decode` give cells as written.

    The text is the edge bits of the cell as one number, a colon and the inner operations:
    ``1205349:c3|mp|c3|c3|c1``. There, edge ``x -> y`` is bit ``x + y * (y - 1) / 2`` and the
    output is the last of the vertices that the operations count.

    Encodings:

    - ``"onehot"``: ``(n, 36)`` float32, 21 edge bits, then three options a vertex side by side,
      all 0 for vertices that the cell lacks.
    - ``"tokens"``: ``(n, 26)`` int64, the sequence below without its last token, which never
      varies; only the 26 decisions are left, and no token stands for the output.
    - ``"sequence"``: ``(n, 27)`` int64, the SemiNAS sequence: for each vertex but the first, the
      edges into it (1 none, 2 edge), then its operation (3 conv1x1, 4 conv3x3, 5 pooling, 6
      output). The mask allows the output at any vertex, as the released code's second version
      does, and `decode` flags what is no cell. Cells of fewer vertices are written on all seven,
      because that mask cannot write the zeros that the released code pads them with; `decode`
      reads the padded form too.
    - ``"graph"``: `GraphEncoding` of seven vertices; those that the cell lacks are ``"absent"``.
    - ``"paths"``: ``(n, 364)`` uint8, one bit for each sequence of operations from input to
      output (BANANAS, White et al., AAAI 2021, arXiv 1910.11858).

    Examples:
        >>> space = NASBench101()
        >>> arch = space.parse("1205349:c3|mp|c3|c3|c1")
        >>> space.params(arch), space.macs(arch)
        (8555530, 1261835264)
        >>> space.canonical_id(arch)
        '00005c142e6f48ac74fdcf73e3439874'
    """

    name = "nasbench101"
    plugin = PLUGIN
    variables = (
        *(Variable(f"edge {x}->{y}", ("none", "edge")) for x, y in cell.EDGES),
        *(Variable(f"operation {v}", cell.OPERATIONS) for v in range(1, cell.INNER + 1)),
    )
    encodings = ("onehot", "tokens", "sequence", "graph", "paths")
    learnable = frozenset(cell.OPERATIONS[:2])
    single_mutations = False

    # --- text -----------------------------------------------------------------------------
    def parse(self, text: str) -> Architecture:
        """Read a cell from its text.

        Raises:
            ParseError: if it has another form or describes a cell that is not valid.

        Examples:
            >>> NASBench101().parse("7:mp").choices
            (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0)
        """
        return self.architectures(cell.parse_cells([text]))[0]

    def parse_many(self, texts: Iterable[str]) -> NDArray[np.int8]:
        """Read many texts into choices ``(n, 26)``."""
        return cell.parse_cells(texts)

    def format(self, arch: Architecture) -> str:
        """Print the text of a cell.

        Examples:
            >>> space = NASBench101()
            >>> space.format(space.parse("7:mp"))
            '7:mp'
        """
        return cell.format_cell(self.as_choices([arch])[0])

    # --- the whole space ------------------------------------------------------------------
    def __len__(self) -> int:
        return CELLS

    def all_choices(self) -> NDArray[np.int8]:
        """One cell a hash as choices ``(423624, 26)``, read-only.

        They are ordered by vertices, then edge bits, then operations with conv3x3 before conv1x1
        before the pooling, as the benchmark enumerates them.
        """
        return enumerate_cells().choices

    def __iter__(self) -> Iterator[Architecture]:
        rows = self.all_choices()
        for first in range(0, len(rows), _BLOCK):
            yield from self.architectures(rows[first : first + _BLOCK])

    def indices(self, archs: Architectures) -> NDArray[np.int64]:
        """Places in `all_choices` of the cells that ``archs`` compute the same as, ``(n,)``.

        Raises:
            ParseError: if one is not valid.
        """
        return enumerate_cells().indices(self._accepted(archs))

    def representatives(self, archs: Architectures) -> NDArray[np.int8]:
        """The listed cells that ``archs`` compute the same as, choices ``(n, 26)``.

        Raises:
            ParseError: if one is not valid.

        Examples:
            >>> space = NASBench101()
            >>> twin = space.parse("520:mp|c1|c3")
            >>> space.format(space.architectures(space.representatives([twin]))[0])
            '5:c3'
        """
        return self.all_choices()[self.indices(archs)]

    # --- validity and change --------------------------------------------------------------
    def valid(self, archs: Architectures) -> NDArray[np.bool_]:
        """Tell which cells the benchmark accepts, ``(n,)``."""
        return cell.valid_cells(self.as_choices(archs))

    def prune(self, archs: Architectures) -> NDArray[np.int8]:
        """Remove dead vertices, as the benchmark does before training: choices ``(n, 26)``.

        Raises:
            ParseError: if one is not valid.
        """
        return cell.prune(self._accepted(archs))

    def sample_choices(self, rng: np.random.Generator, n: int) -> NDArray[np.int8]:
        """Draw ``n`` cells uniformly from those listed, with replacement, as choices."""
        check_count(n)
        return self.all_choices()[rng.integers(0, CELLS, n)]

    def sample_written(self, rng: np.random.Generator, n: int) -> NDArray[np.int8]:
        """Draw ``n`` cells from the released random search's distribution, as choices.

        All edge bits and operations are drawn uniformly until the cell is valid. Cells that can
        be written in many ways come more often than by `sample_choices`.
        """
        return super().sample_choices(rng, n)

    def mutate(
        self,
        arch: Architecture,
        rng: np.random.Generator,
        edge_changes: float = 1.0,
        operation_changes: float = 1.0,
    ) -> Architecture:
        """Flip each edge and change each operation with a small probability.

        That is repeated, always from ``arch``, until the cell is valid and computes something
        else: it differs from ``arch`` after pruning.

        Args:
            arch: the parent.
            rng: source of randomness.
            edge_changes: how many of the 21 edges flip on average, above 0, at most 21.
            operation_changes: how many of the 5 operations change on average, above 0, at most 5.

        Examples:
            >>> space = NASBench101()
            >>> child = space.mutate(space.parse("7:mp"), np.random.default_rng(0))
            >>> child in space
            True
        """
        child = mutated(self._accepted([arch]), rng, edge_changes, operation_changes)
        return self.architectures(child)[0]

    # --- identity ---------------------------------------------------------------------------
    def canonical_id(self, arch: Architecture) -> str:
        """The benchmark's graph hash, 32 hexadecimal digits, equal for isomorphic cells.

        Raises:
            ParseError: if the cell is not valid.

        Examples:
            >>> space = NASBench101()
            >>> space.canonical_id(space.parse("1:"))
            '043721b9c7fe8c5fad811d47d83132ec'
        """
        return str(self.canonical_ids([arch])[0])

    def canonical_ids(self, archs: Architectures) -> NDArray[np.str_]:
        """`canonical_id` of every architecture, ``(n,)``."""
        return hashes_of(self._accepted(archs))

    def from_canonical_ids(self, hashes: Sequence[str]) -> NDArray[np.int8]:
        """The listed cells of some hashes, choices ``(n, 26)``.

        The first call makes the hashes of all cells, which takes seconds, and keeps them in the
        cache folder.

        Raises:
            ParseError: if one is not the hash of a cell.
        """
        return self.all_choices()[hash_table().indices(hashes)]

    # --- encodings --------------------------------------------------------------------------
    def encode(self, archs: Architectures, kind: str = "onehot") -> Any:
        """Make arrays from architectures; see the class for the kinds.

        Raises:
            UnknownNameError: if ``kind`` is not one of `encodings`.

        Examples:
            >>> space = NASBench101()
            >>> space.encode([space.parse("7:mp")], "sequence")
            array([[2, 5, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 3, 2, 2, 1,
                    1, 1, 1, 6]])
        """
        if kind not in self.encodings:
            raise self._unknown_encoding(kind)
        make = {
            "onehot": encodings.one_hot,
            "tokens": encodings.tokens,
            "sequence": encodings.sequence,
            "graph": encodings.graph,
            "paths": encodings.paths,
        }[kind]
        return make(self.as_choices(archs))

    def token_spec(self, kind: str = "tokens") -> TokenSpec:
        """Form of the token encodings ``"tokens"`` and ``"sequence"``."""
        if kind not in ("tokens", "sequence"):
            raise self._unknown_encoding(kind)
        return encodings.token_spec(kind)

    def decode(
        self, tokens: ArrayLike, kind: str = "tokens"
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """Read token sequences ``(n, length)`` back; see `SearchSpace.decode`.

        Examples:
            >>> space = NASBench101()
            >>> choices, valid = space.decode(np.full((1, 26), 1))
            >>> valid
            array([False])
        """
        if kind == "tokens":
            return encodings.decode_tokens(tokens)
        if kind == "sequence":
            return encodings.decode_sequence(tokens)
        raise self._unknown_encoding(kind)

    # --- costs and the network ----------------------------------------------------------------
    def params_table(
        self, archs: Architectures, classes: int = 10, channels: int = 128, cells: int = 3
    ) -> NDArray[np.int64]:
        """Exact numbers of trainable parameters of the networks that `build` makes, ``(n,)``.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            classes: outputs of the classifier.
            channels: channels of the stem and of the first stack, at least 5.
            cells: cells a stack.

        Raises:
            ParseError: if the cell is not valid.
            SettingsError: if a setting is out of range.
        """
        return self._costs(archs, classes, channels, cells, _RESOLUTION)[:, 0]

    def macs_table(
        self,
        archs: Architectures,
        classes: int = 10,
        channels: int = 128,
        cells: int = 3,
        resolution: int = _RESOLUTION,
    ) -> NDArray[np.int64]:
        """Exact multiply-adds of convolutions and classifier for one image, ``(n,)``.

        Args:
            archs: architectures, or choices ``(n, positions)``.
            classes: outputs of the classifier.
            channels: channels of the stem and of the first stack, at least 5.
            cells: cells a stack.
            resolution: height and width of the image, a multiple of 4.

        Raises:
            ParseError: if the cell is not valid.
            SettingsError: if a setting is out of range.
        """
        return self._costs(archs, classes, channels, cells, resolution)[:, 1]

    def _costs(
        self, archs: Architectures, classes: int, channels: int, cells: int, resolution: int
    ) -> NDArray[np.int64]:
        pruned, sizes = self.prune(archs), {"classes": classes, "channels": channels}
        sizes = costs.check_settings(**sizes, cells=cells, resolution=resolution)
        return costs.count_costs(pruned, **sizes)

    @builds
    def build(
        self,
        arch: Architecture,
        classes: int = 10,
        channels: int = 128,
        cells: int = 3,
        generator: torch.Generator | None = None,
    ) -> torch.nn.Module:
        """Build the PyTorch network: images ``(n, 3, h, w)`` to logits ``(n, classes)``.

        Args:
            arch: the cell.
            classes: outputs of the classifier.
            channels: channels of the stem and of the first stack, at least 5.
            cells: cells a stack.
            generator: draws the initial weights; None takes PyTorch's own state.

        Raises:
            ParseError: if the cell is not valid.
            SettingsError: if a setting is out of range.
        """
        from archscout.spaces.nasbench101 import _network as network

        built = network.NASBench101Network(**self.network_arguments(arch, classes, channels, cells))
        network.draw_weights(built, generator)
        return built

    def network_arguments(
        self, arch: Architecture, classes: int = 10, channels: int = 128, cells: int = 3
    ) -> dict[str, Any]:
        """What `build` makes the class of its networks with, as plain values."""
        sizes = costs.check_settings(classes=classes, channels=channels, cells=cells)
        pruned, count = self.prune([arch]), sizes["cells"]
        vertices = cell.live_parts(pruned[0].tolist())
        rows = [
            [widths[vertex] for vertex in (0, *vertices)]
            for widths in costs.widths_of_cells(pruned, sizes["channels"], count)
        ]
        stacks = [rows[first : first + count] for first in range(0, len(rows), count)]
        return {"vertices": vertices, "channels": stacks, "classes": sizes["classes"]}

    def _accepted(self, archs: Architectures) -> NDArray[np.int8]:
        """Choices of ``archs``, all of them valid."""
        choices = self.as_choices(archs)
        return cell.accepted(choices, lambda row: f"cell {cell.format_cell(choices[row])!r}")
