"""Writes networks of DARTS cells as Python text."""

from __future__ import annotations

from archscout.exports.text import module_dict
from archscout.exports.written import POOL, Written, classifier, sequence
from archscout.spaces.base import Architecture
from archscout.spaces.darts.cell import INPUTS, NODES, OPERATIONS, Pairs
from archscout.spaces.darts.costs import CIFAR_STEM, Layout, Place, layout_of, places
from archscout.spaces.darts.space import DARTS
from archscout.spaces.nasbench201.code import RELU_CONV_NORM

_REDUCTION = '''
class FactorizedReduction(nn.Module):
    """Halves the resolution by two 1x1 convolutions, the second one pixel further on."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False)
        self.second = nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Map ``(n, inputs, h, w)``, even sides, to ``(n, outputs, h / 2, w / 2)``."""
        features = torch.relu(features)
        halves = [self.first(features), self.second(features[:, :, 1:, 1:])]
        result: Tensor = self.norm(torch.cat(halves, dim=1))
        return result
'''

_SEPARABLE = '''
class SeparableConvolution(nn.Sequential):
    """Twice: ReLU, depthwise and pointwise convolution, batch norm."""

    def __init__(self, channels: int, kernel: int, stride: int) -> None:
        pad = kernel // 2
        super().__init__(
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel, stride, padding=pad, groups=channels, bias=False),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel, padding=pad, groups=channels, bias=False),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
'''

_DILATED = '''
class DilatedConvolution(nn.Sequential):
    """ReLU, depthwise convolution with gaps of one pixel, pointwise convolution, batch norm."""

    def __init__(self, channels: int, kernel: int, stride: int) -> None:
        super().__init__(
            nn.ReLU(),
            nn.Conv2d(
                channels,
                channels,
                kernel,
                stride,
                padding=kernel - 1,
                dilation=2,
                groups=channels,
                bias=False,
            ),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
'''

_CELL = '''
class {name}(nn.Module):
    """Four nodes, each the sum of two operations; the output is all nodes side by side.

    Args:
{channels}        earlier: brings the output of the cell before the last to the form of a node.
        last: brings the output of the last cell to the form of a node.
    """

    def __init__(self, {signature}earlier: nn.Module, last: nn.Module) -> None:
        super().__init__()
        self.preprocess = nn.ModuleList([earlier, last])
'''
_CHANNELS = "        channels: channels of a node.\n"


def write(
    space: DARTS,
    arch: Architecture,
    *,
    network: str = "imagenet",
    channels: int | None = None,
    cells: int | None = None,
    classes: int | None = None,
) -> Written:
    """Write the network that ``space.build`` makes with the same settings."""
    layout = layout_of(network, channels, cells, classes)
    plan = places(layout)
    pairs = dict(zip((False, True), space.cells(arch), strict=True))
    texts = {kind: _write_cell(pairs[kind], kind) for kind in (False, True)}
    used = [text for kind, text in texts.items() if any(p.reduction == kind for p in plan)]
    listed = [_call(place, "channels:" in texts[place.reduction]) for place in plan]
    everything = "\n".join([*used, *listed])
    parts = [RELU_CONV_NORM, _REDUCTION, _SEPARABLE, _DILATED]
    needed = [part for part in parts if part.split("class ")[1].split("(")[0] in everything]
    return Written(
        title=f"Network of DARTS cells ({layout.network}): stem, cells, pooling, classifier",
        classes=[*needed, *used],
        layers=[
            *_stem(layout),
            *sequence("cells", listed, "ModuleList"),
            *POOL,
            *classifier(len(NODES) * plan[-1].channels, layout.classes),
        ],
        forward="self.classifier(self.pool(last))",
        before=[
            "earlier = self.stem(images)",
            f"last = {'earlier' if layout.network == 'cifar' else 'self.second_stem(earlier)'}",
            "for cell in self.cells:",
            "    earlier, last = last, cell(earlier, last)",
        ],
    )


def _stem(layout: Layout) -> list[str]:
    channels = layout.channels
    if layout.network == "cifar":
        return sequence("stem", _norm_convolution(3, CIFAR_STEM * channels, 1))
    first = _norm_convolution(3, channels // 2, 2)
    second = _norm_convolution(channels // 2, channels, 2)
    third = _norm_convolution(channels, channels, 2)
    return [
        *sequence("stem", [*first, "nn.ReLU()", *second]),
        *sequence("second_stem", ["nn.ReLU()", *third]),
    ]


def _norm_convolution(inputs: int, outputs: int, stride: int) -> list[str]:
    step = f", stride={stride}" if stride > 1 else ""
    convolution = f"nn.Conv2d({inputs}, {outputs}, 3{step}, padding=1, bias=False)"
    return [convolution, f"nn.BatchNorm2d({outputs})"]


def _call(place: Place, takes_channels: bool) -> str:
    name = "ReduceCell" if place.reduction else "NormalCell"
    earlier, last = place.before
    width = f"{place.channels}, " if takes_channels else ""
    first = (
        f"FactorizedReduction({earlier}, {place.channels})"
        if place.shrinks
        else f"ReLUConvNorm({earlier}, {place.channels}, 1)"
    )
    return f"{name}({width}{first}, ReLUConvNorm({last}, {place.channels}, 1))"


def _write_cell(pairs: Pairs, reduction: bool) -> str:
    modules, terms = {}, []
    for place, (operation, source) in enumerate(pairs):
        state = f"input_{source}" if source < INPUTS else f"node_{source}"
        module = _module(OPERATIONS[operation], 2 if reduction and source < INPUTS else 1)
        if module:
            modules[str(place)] = f"{module}  # of {state}"
        terms.append(f'self.operations["{place}"]({state})' if module else state)
    takes_channels = any("(channels" in module for module in modules.values())
    head = _CELL.format(
        name="ReduceCell" if reduction else "NormalCell",
        channels=_CHANNELS if takes_channels else "",
        signature="channels: int, " if takes_channels else "",
    )
    lines = [head.strip("\n"), *(module_dict("operations", modules) if modules else [])]
    lines += [
        "",
        "    def forward(self, earlier: Tensor, last: Tensor) -> Tensor:",
        '        """Map the outputs of the two cells before to this one\'s."""',
    ]
    lines.append("        input_0 = self.preprocess[0](earlier)")
    lines.append("        input_1 = self.preprocess[1](last)")
    for node, first, second in zip(NODES, terms[::2], terms[1::2], strict=True):
        lines.append(f"        node_{node} = {first} + {second}")
    nodes = ", ".join(f"node_{node}" for node in NODES)
    return "\n".join([*lines, f"        return torch.cat([{nodes}], dim=1)"])


def _module(operation: str, stride: int) -> str:
    """The module of an operation; empty for the identity."""
    if operation == "skip_connect":
        return "" if stride == 1 else "FactorizedReduction(channels, channels)"
    if operation == "max_pool_3x3":
        return f"nn.MaxPool2d(3, stride={stride}, padding=1)"
    if operation == "avg_pool_3x3":
        return f"nn.AvgPool2d(3, stride={stride}, padding=1, count_include_pad=False)"
    name = "SeparableConvolution" if operation.startswith("sep") else "DilatedConvolution"
    return f"{name}(channels, {operation[-1]}, {stride})"
