"""Writes NAS-Bench-201 networks as Python text; what the cell's output ignores is not computed."""

from __future__ import annotations

from collections.abc import Sequence

from archscout.exports.text import module_dict, total
from archscout.exports.written import Written, classifier, sequence
from archscout.spaces.base import Architecture
from archscout.spaces.nasbench201.cell import EDGES, OPERATIONS
from archscout.spaces.nasbench201.space import NASBench201

RELU_CONV_NORM = '''
class ReLUConvNorm(nn.Sequential):
    """ReLU, convolution without bias, batch norm."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__(
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(outputs),
        )
'''

_REDUCTION = '''
class Reduction(nn.Module):
    """Residual block between stages: halves the resolution, changes the channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ReLUConvNorm(inputs, outputs, 3, stride=2),
            ReLUConvNorm(outputs, outputs, 3),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, stride=2),
            nn.Conv2d(inputs, outputs, 1, bias=False),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)`` to ``(n, outputs, h / 2, w / 2)``."""
        total: Tensor = self.shortcut(features) + self.body(features)
        return total
'''

_MODULES = {
    "nor_conv_1x1": "ReLUConvNorm(channels, channels, 1)",
    "nor_conv_3x3": "ReLUConvNorm(channels, channels, 3)",
    "avg_pool_3x3": "nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)",
}
_CONVOLUTIONS = ("nor_conv_1x1", "nor_conv_3x3")
_CELL = '    """Nodes that add up what enters them; the last one is the output."""'
_ZEROS = "zeros"
_LAST = 3


def write(
    space: NASBench201,
    arch: Architecture,
    *,
    classes: int = 10,
    channels: int = 16,
    cells: int = 5,
) -> Written:
    """Write the network that ``space.build`` makes with the same settings."""
    choices = space.choices([arch])[0].tolist()
    cell, has_modules = _write_cell(choices)
    body = []
    for stage in range(3):
        width = channels << stage
        if stage:
            body.append(f"Reduction({width // 2}, {width})")
        body += [f"Cell({width})" if has_modules else "Cell()"] * cells
    last = channels << 2
    stem = [f"nn.Conv2d(3, {channels}, 3, padding=1, bias=False)", f"nn.BatchNorm2d({channels})"]
    tail = [f"nn.BatchNorm2d({last})", "nn.ReLU()", "nn.AdaptiveAvgPool2d(1)", "nn.Flatten()"]
    return Written(
        title="NAS-Bench-201 network: stem, three stages of equal cells, pooling, classifier",
        classes=[RELU_CONV_NORM, cell, _REDUCTION],
        layers=[
            *sequence("stem", stem),
            *sequence("body", body),
            *sequence("tail", tail),
            *classifier(last, classes),
        ],
        forward="self.classifier(self.tail(self.body(self.stem(images))))",
    )


def _write_cell(choices: Sequence[int]) -> tuple[str, bool]:
    """The class of the cell, and whether it has modules and so takes its channels."""
    names = [OPERATIONS[choice] for choice in choices]
    sums = _sums(names)
    used = _used_edges(names, sums)
    modules = {
        str(edge): _MODULES[name] + _remark(edge, edge in used)
        for edge, name in enumerate(names)
        if name in _CONVOLUTIONS or (name in _MODULES and edge in used)
    }
    lines = ["class Cell(nn.Module):", _CELL]
    if modules:
        lines += ["", "    def __init__(self, channels: int) -> None:"]
        lines += ["        super().__init__()", *module_dict("edges", modules)]
    lines += ["", "    def forward(self, features: Tensor) -> Tensor:"]
    lines += ['        """Map features to features of the same shape."""']
    lines += _write_forward(names, sums, used)
    return "\n".join(lines), bool(modules)


Sums = dict[int, list[int]]
"""For each node the edges that add something to it; nodes without any are zero."""


def _sums(names: Sequence[str]) -> Sums:
    sums: Sums = {}
    for node in range(1, _LAST + 1):
        sums[node] = [
            edge
            for edge, (source, target) in enumerate(EDGES)
            if target == node
            and names[edge] != "none"
            # A convolution of zeros is not zero: its batch norm shifts them.
            and (source == 0 or sums[source] or names[edge] in _CONVOLUTIONS)
        ]
    return sums


def _used_edges(names: Sequence[str], sums: Sums) -> set[int]:
    """Edges whose result reaches the output."""
    used: set[int] = set()
    waiting = [_LAST]
    while waiting:
        for edge in sums.get(waiting.pop(), []):
            used.add(edge)
            waiting.append(EDGES[edge][0])
    return used


def _write_forward(names: Sequence[str], sums: Sums, used: set[int]) -> list[str]:
    values = {0: "features"}
    lines: list[str] = []
    for node in range(1, _LAST + 1):
        values[node] = f"node_{node}"
        edges = [edge for edge in sums[node] if edge in used]
        if not sums[node]:
            values[node] = _ZEROS
            continue
        terms = [_term(names[edge], edge, values[EDGES[edge][0]]) for edge in edges]
        if node == _LAST:
            lines += total("output: Tensor = ", terms)
        elif len(edges) == 1 and names[edges[0]] == "skip_connect":
            values[node] = terms[0]  # The same features under another name.
        elif edges:
            lines += total(f"node_{node} = ", terms)
    if values[_LAST] == _ZEROS:
        return ["        return torch.zeros_like(features)"]
    if any(_ZEROS in line for line in lines):
        lines.insert(0, f"        {_ZEROS} = torch.zeros_like(features)")
    return [*lines, "        return output"]


def _term(name: str, edge: int, value: str) -> str:
    return value if name == "skip_connect" else f'self.edges["{edge}"]({value})'


def _remark(edge: int, used: bool) -> str:
    source, target = EDGES[edge]
    unused = "" if used else ", only for its weights"
    return f"  # node {source} to {target}{unused}"
