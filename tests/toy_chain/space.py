"""Chains of four layers; whatever stands before a cut is lost."""

import numpy as np

from archscout.spaces import SearchSpace, Variable
from toy_chain import PLUGIN

LAYERS, TAPS = 4, np.array([0, 9, 25])
CUT = 0


def live_choices(choices):
    """The same chains with a cut in every place before the last cut."""
    later = np.flip(np.maximum.accumulate(np.flip(choices == CUT, axis=1), axis=1), axis=1)
    return np.where(later, choices.dtype.type(CUT), choices)


class ToyChain(SearchSpace):
    name = "toy-chain"
    plugin = PLUGIN
    variables = tuple(Variable(f"layer{i}", ("cut", "conv3", "conv5")) for i in range(LAYERS))
    encodings = ("onehot", "tokens")
    cost_groups = tuple((layer,) for layer in range(LAYERS))
    learnable = frozenset(("conv3", "conv5"))

    def params_table(self, archs, classes=10, channels=8):
        each = TAPS[self.as_choices(archs)] * channels**2
        return each.sum(axis=1) + 27 * channels + (channels + 1) * classes

    def macs_table(self, archs, classes=10, channels=8, resolution=32):
        each = TAPS[self.as_choices(archs)] * channels**2
        return (each.sum(axis=1) + 27 * channels) * resolution**2 + channels * classes

    def build(self, arch, classes=10, channels=8, generator=None):
        from toy_chain.network import ToyNetwork, draw

        return draw(ToyNetwork(**self.network_arguments(arch, classes, channels)), generator)

    def network_arguments(self, arch, classes=10, channels=8):
        return {"choices": list(arch.choices), "classes": classes, "channels": channels}
