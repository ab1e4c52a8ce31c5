"""A predictor of somebody else's."""

import numpy as np

from archscout import Predictor


class Nearest(Predictor):
    """The mean of the labels that share the most decisions."""

    def _fit(self, choices, values, unlabeled):
        self.known_, self.values_ = choices, values

    def _predict(self, choices):
        same = (choices[:, None] == self.known_).sum(axis=2)
        near = same == same.max(axis=1, keepdims=True)
        mean = np.where(near, self.values_, 0).sum(axis=1) / near.sum(axis=1)
        return mean, np.full(len(mean), self.values_.std())
