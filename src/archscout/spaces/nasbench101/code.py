"""Writes NAS-Bench-101 networks as Python text; dead vertices are left out, as in training."""

from __future__ import annotations

from collections.abc import Sequence

from archscout.exports.text import module_dict, total
from archscout.exports.written import POOL, Written, classifier, sequence
from archscout.spaces.base import Architecture
from archscout.spaces.nasbench101 import costs
from archscout.spaces.nasbench101.cell import EDGES, OPERATIONS, VERTICES, edge_place
from archscout.spaces.nasbench101.space import NASBench101

_CONV_NORM_RELU = '''
class ConvNormReLU(nn.Sequential):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs, momentum=0.003),
            nn.ReLU(),
        )
'''

_CELL = '''
class Cell(nn.Module):
    """Vertices that add up what enters them; the output puts its sources side by side.

    Args:
        channels: channels of the input, of the vertices in order, and of the output.
    """

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
'''

_LAST = VERTICES - 1
Sources = dict[int, list[int]]
"""For each live vertex but the input the vertices that feed it."""


def write(
    space: NASBench101,
    arch: Architecture,
    *,
    classes: int = 10,
    channels: int = 128,
    cells: int = 3,
) -> Written:
    """Write the network that ``space.build`` makes with the same settings."""
    pruned = space.prune([arch])
    choices = pruned[0].tolist()
    entering = {y: [x for x in range(y) if choices[edge_place(x, y)]] for y in range(1, VERTICES)}
    sources = {vertex: found for vertex, found in entering.items() if found}
    widths = costs.widths_of_cells(pruned, channels, cells)
    operations = {
        vertex: OPERATIONS[choices[len(EDGES) + vertex - 1]]
        for vertex in sources
        if vertex != _LAST
    }
    body = []
    for place, cell in enumerate(widths):
        if place and place % cells == 0:
            body.append("nn.MaxPool2d(2)")
        listed = ", ".join(str(cell[vertex]) for vertex in (0, *sources))
        body.append(f"Cell(({listed}))")
    return Written(
        title="NAS-Bench-101 network: stem, three stacks of equal cells, pooling, classifier",
        classes=[_CONV_NORM_RELU, _write_cell(sources, operations, widths)],
        layers=[
            f"        self.stem = ConvNormReLU(3, {widths[0][0]}, 3)",
            *sequence("body", body),
            *POOL,
            *classifier(widths[-1][-1], classes),
        ],
        forward="self.classifier(self.pool(self.body(self.stem(images))))",
    )


def _write_cell(
    sources: Sources, operations: dict[int, str], widths: Sequence[Sequence[int]]
) -> str:
    cut = {
        (source, vertex)
        for vertex in operations
        for source in sources[vertex]
        if source and any(cell[source] != cell[vertex] for cell in widths)
    }
    lines = [_CELL.strip("\n")]
    if cut:
        lines.append("        self.channels = channels")
    modules = {str(vertex): _module(vertex, name) for vertex, name in operations.items()}
    if modules:
        lines += module_dict("operations", modules)
    projected = {
        str(vertex): f"ConvNormReLU(channels[0], channels[{_place(vertex)}], 1)"
        for vertex in sources
        if 0 in sources[vertex]
    }
    lines += module_dict("projections", projected)
    lines += ["", "    def forward(self, features: Tensor) -> Tensor:"]
    lines += ['        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h, w)``."""']
    for vertex in operations:
        terms = [
            f"vertex_{source}" + f"[:, : self.channels[{vertex}]]" * ((source, vertex) in cut)
            for source in sources[vertex]
            if source
        ]
        terms += _projection(vertex, sources)
        lines += total(f'vertex_{vertex} = self.operations["{vertex}"](', terms, ")")
    inner = [f"vertex_{source}" for source in sources[_LAST] if source]
    terms = [f"torch.cat([{', '.join(inner)}], dim=1)"] if inner else []
    lines += total("output: Tensor = ", terms + _projection(_LAST, sources))
    return "\n".join([*lines, "        return output"])


def _module(vertex: int, name: str) -> str:
    if name == "maxpool3x3":
        return "nn.MaxPool2d(3, stride=1, padding=1)"
    kernel = 1 if name == "conv1x1-bn-relu" else 3
    return f"ConvNormReLU(channels[{vertex}], channels[{vertex}], {kernel})"


def _projection(vertex: int, sources: Sources) -> list[str]:
    """The term of the cell's input, which each vertex takes through a convolution of its own."""
    return [f'self.projections["{vertex}"](features)'] if 0 in sources[vertex] else []


def _place(vertex: int) -> int:
    return -1 if vertex == _LAST else vertex
