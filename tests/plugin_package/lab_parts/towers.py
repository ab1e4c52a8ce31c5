"""A space of somebody else's: its costs, its network, its supernet and the angle of that."""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from archscout import SearchSpace
from archscout.spaces import AngleVector, ChainSupernet, SpacePlugin, Variable, VectorPiece

FLOORS, KERNELS = 3, (0, 1, 3)


class Towers(SearchSpace):
    """Towers of three floors: each empty, or a convolution."""

    name = "towers"
    variables = tuple(Variable(f"floor{i}", ("empty", "conv1", "conv3")) for i in range(FLOORS))

    def params_table(self, archs, classes=10, width=8):
        taps = np.square(KERNELS)[self.as_choices(archs)].sum(axis=1)
        return (27 + taps * width) * width + (width + 1) * classes

    def macs_table(self, archs, classes=10, width=8, resolution=32):
        taps = np.square(KERNELS)[self.as_choices(archs)].sum(axis=1)
        return (27 + taps * width) * width * resolution**2 + width * classes

    def build(self, arch, classes=10, width=8, generator=None):
        return drawn(Tower(**self.network_arguments(arch, classes, width)), generator)

    def network_arguments(self, arch, classes=10, width=8):
        kernels = [KERNELS[choice] for choice in arch.choices]
        return {"kernels": kernels, "classes": classes, "width": width}


def make_floor(kernel, width):
    if kernel == 0:
        return nn.Identity()
    return nn.Conv2d(width, width, kernel, padding=kernel // 2, bias=False)


class Tower(nn.Sequential):
    def __init__(self, kernels, classes, width):
        parts = OrderedDict(
            stem=nn.Conv2d(3, width, 3, padding=1, bias=False),
            blocks=nn.Sequential(*(make_floor(kernel, width) for kernel in kernels)),
            pool=nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            classifier=nn.Linear(width, classes),
        )
        super().__init__(parts)


def drawn(network, generator):
    if generator is not None:
        with torch.no_grad():
            for weight in network.parameters():
                weight.uniform_(-0.3, 0.3, generator=generator)
    return network


def make_supernet(classes=10, width=8, generator=None):
    space = Towers()
    supernet = ChainSupernet(
        space,
        {"classes": classes, "width": width},
        alone=Tower([0] * FLOORS, classes, width),
        parts=("stem", "blocks", "pool", "classifier"),
        make_block=lambda choice, floor: make_floor(KERNELS[choice], width),
        build=lambda arch: space.build(arch, classes, width),
    )
    return drawn(supernet, generator)


def make_vector(supernet, contents):
    pieces = {
        (floor, 0, option): VectorPiece((f"blocks.{floor}.{name}.weight",))
        for floor, variable in enumerate(supernet.space.variables)
        for option, name in enumerate(variable.options)
        if KERNELS[option]
    }
    return AngleVector(VectorPiece(("stem.weight", "classifier.weight")), np.ones_like, pieces)


Towers.plugin = SpacePlugin("towers", Towers, supernet=make_supernet, angle=make_vector)
