"""An ensemble of networks after it was taught: its raw scores read as values with a spread.

A network gives raw scores ``(members, n)``. A loss that looks at the order alone leaves their
shift and width open, so each member's scores are moved, without changing their order, to the
mean and deviation that the target scores have over the labels; `Scaling` leads back to values.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archscout._common.own_state import own_state
from archscout.predictors._parts.left_out import widening
from archscout.predictors._parts.scaling import Scaling
from archscout.predictors.base import Prediction
from archscout.spaces.base import Choices

Encode = Callable[[Choices], tuple[Tensor, ...]]
"""Makes what a network is called with from choices ``(n, positions)``; ``n`` rows each."""


class TaughtMembers:
    """Predicts values with the members of a taught network.

    Args:
        network: gives raw scores ``(members, n)`` of what ``encode`` makes.
        encode: see `Encode`.
        members: number of members.
        scaling: between values and target scores.
        block: architectures that are scored at once.
    """

    def __init__(
        self, network: nn.Module, encode: Encode, members: int, scaling: Scaling, block: int
    ) -> None:
        self._network, self._encode, self._members = network, encode, members
        self._scaling, self._block = scaling, block
        self._shift: NDArray[np.float64] | float = 0.0
        self._width: NDArray[np.float64] | float = 1.0
        self.widening = 1.0

    def match(self, choices: Choices, values: NDArray[np.float64]) -> None:
        """Move each member's scores to mean and deviation of the target scores of labels."""
        learnt, targets = self.scores(choices), self._scaling.forward(values)
        deviation = learnt.std(axis=1, keepdims=True)
        # A member that tells no labels apart says the mean of all.
        self._width = np.where(deviation > 1e-6, targets.std() / deviation.clip(1e-6), 0.0)
        self._shift = targets.mean() - self._width * learnt.mean(axis=1, keepdims=True)

    def widen(
        self,
        choices: Choices,
        values: NDArray[np.float64],
        left_out: NDArray[np.bool_],
    ) -> None:
        """Scale the members' deviation to what they miss labels by that they left out."""
        targets = self._scaling.forward(values)
        self.widening = widening(self.scores(choices), targets, left_out)

    @own_state()
    def scores(self, choices: Choices) -> NDArray[np.float64]:
        """Scores of every member on the scale of the targets, ``(members, n)``."""
        # One array for all: results kept between the blocks would scatter the memory.
        raw = np.empty((self._members, len(choices)))
        with torch.inference_mode():
            for first in range(0, len(choices), self._block):
                asked = self._encode(choices[first : first + self._block])
                raw[:, first : first + self._block] = self._network(*asked).numpy()
        scores: NDArray[np.float64] = self._shift + self._width * raw
        return scores

    def predict(self, choices: Choices) -> Prediction:
        """Value of the members' mean score, and the widened deviation of their values."""
        widened = self._widened(choices)
        back = self._scaling.back
        return Prediction(back(widened.mean(axis=0)), back(widened).std(axis=0))

    def predict_scores(self, choices: Choices) -> Prediction:
        """The members' mean score, and their widened deviation, on the scale of the targets."""
        widened = self._widened(choices)
        return Prediction(widened.mean(axis=0), widened.std(axis=0))

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Target scores of values, same shape."""
        return self._scaling.forward(values)

    def draws(self, choices: Choices) -> NDArray[np.float64]:
        """Values as each member sees them, widened, ``(members, n)``."""
        return self._scaling.back(self._widened(choices))

    def _widened(self, choices: Choices) -> NDArray[np.float64]:
        scores = self.scores(choices)
        centre = scores.mean(axis=0)
        widened: NDArray[np.float64] = centre + self.widening * (scores - centre)
        return widened
