"""A space, a strategy, a predictor and a proxy that archscout finds by name."""

import numpy as np

from archscout import Predictor, SearchSpace, Strategy
from archscout.proxies import Proxy
from archscout.spaces import Variable


class Towers(SearchSpace):
    """Towers of one to four convolutions."""

    name = "towers"
    variables = (
        Variable("width", (4, 8, 16)),
        Variable("depth", (1, 2, 3, 4)),
        Variable("k", (1, 3)),
    )

    def build(self, arch, classes=10, generator=None):
        from torch import nn

        width, depth, k = (v.options[i] for v, i in zip(self.variables, arch.choices, strict=True))
        layers = [nn.Conv2d(width if i else 3, width, k, padding=k // 2) for i in range(depth)]
        ends = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes)
        network = nn.Sequential(*layers, *ends)
        for weight in network.parameters():
            nn.init.uniform_(weight, -0.3, 0.3, generator=generator)
        return network

    def params(self, arch, classes=10):
        return sum(weight.numel() for weight in self.build(arch, classes).parameters())


class Climb(Strategy):
    """Walks to a neighbour of the best, or anywhere new."""

    def __init__(self, space, rng, *, pool=None):
        super().__init__(space, rng, pool=pool)
        self.asked, self.values = set(), {}

    def ask(self, n=1):
        best = max(self.values, key=self.values.get, default=None)
        near = [] if best is None else self.space.neighbors(best)
        new = [arch for arch in near if arch not in self.asked and self.buyable(arch)]
        asked = new[:n] or self.sample_unseen(n, self.asked)
        self.asked.update(asked)
        return asked

    def tell(self, archs, values):
        self.asked.update(archs)
        self.values.update(zip(archs, np.nan_to_num(values, nan=-np.inf), strict=True))


class Nearest(Predictor):
    """The mean of the labels that share the most decisions."""

    def _fit(self, choices, values, unlabeled):
        self.known_, self.values_ = choices, values

    def _predict(self, choices):
        same = (choices[:, None] == self.known_).sum(axis=2)
        near = same == same.max(axis=1, keepdims=True)
        mean = np.where(near, self.values_, 0).sum(axis=1) / near.sum(axis=1)
        return mean, np.full(len(mean), self.values_.std())


class Depth(Proxy):
    """How deep a tower is."""

    name, unit = "depth", "layers"

    def _score(self, choices):
        return choices[:, 1] + 1
