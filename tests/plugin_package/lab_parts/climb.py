"""A strategy of somebody else's."""

import numpy as np

from archscout import Strategy


class Climb(Strategy):
    """Walks to a neighbour of the best, or anywhere new."""

    def __init__(self, space, rng, *, pool=None):
        super().__init__(space, rng, pool=pool)
        self.asked, self.values = set(), {}

    def ask(self, n=1):
        best = max(self.values, key=self.values.get, default=None)
        near = [] if best is None else self.space.neighbors(best)
        new = [arch for arch in near if arch not in self.asked and self.in_pool(arch)]
        asked = new[:n] or self.sample_unseen(n, self.asked)
        self.asked.update(asked)
        return asked

    def tell(self, archs, values):
        self.asked.update(archs)
        self.values.update(zip(archs, np.nan_to_num(values, nan=-np.inf), strict=True))
