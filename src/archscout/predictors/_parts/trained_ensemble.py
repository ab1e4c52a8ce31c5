"""What the members of an ensemble say, read as one posterior.

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

from archscout.predictors._parts.members import member_posterior, widened, widening
from archscout.predictors._parts.scaling import Scaling
from archscout.predictors._posterior import Floats, Posterior
from archscout.spaces.base import Choices

Encode = Callable[[Choices], tuple[Tensor, ...]]
"""Makes what a network is called with from choices ``(n, positions)``; ``n`` rows each."""


class TrainedEnsemble:
    """Predicts values with the members of a trained network.

    The network gives raw scores ``(members, n)`` of what ``encode`` makes, for ``block``
    architectures at once; ``widening`` is the factor on the members' deviation.
    """

    def __init__(
        self, network: nn.Module, encode: Encode, members: int, scaling: Scaling, block: int
    ) -> None:
        self._network, self._encode, self._members = network, encode, members
        self._scaling, self._block = scaling, block
        self._shift: Floats | float = 0.0
        self._width: Floats | float = 1.0
        self.widening = 1.0

    def calibrate(
        self, choices: Choices, values: Floats, *, by_order: bool, left_out: NDArray[np.bool_]
    ) -> None:
        """Fit the scale of the members' scores to labels.

        Where the loss looked at the order alone, each member's scores are moved to mean and
        deviation of the target scores. The members' deviation is scaled to what they miss the
        labels by that they left out, ``(members, n)``.
        """
        targets = self._scaling.forward(values)
        if by_order:
            learnt = self.scores(choices)
            deviation = learnt.std(axis=1, keepdims=True)
            # A member that tells no labels apart says the mean of all.
            self._width = np.where(deviation > 1e-6, targets.std() / deviation.clip(1e-6), 0.0)
            self._shift = targets.mean() - self._width * learnt.mean(axis=1, keepdims=True)
        if left_out.any():
            self.widening = widening(self.scores(choices), targets, left_out)

    def scores(self, choices: Choices) -> Floats:
        """Scores of every member on the scale of the targets, ``(members, n)``."""
        # One array for all: results kept between the blocks would scatter the memory.
        raw = np.empty((self._members, len(choices)))
        with torch.inference_mode():
            for first in range(0, len(choices), self._block):
                asked = self._encode(choices[first : first + self._block])
                raw[:, first : first + self._block] = self._network(*asked).numpy()
        scores: Floats = self._shift + self._width * raw
        return scores

    def posterior(self, choices: Choices) -> Posterior:
        """What the members say of choices ``(n, positions)``, their deviation widened."""
        return member_posterior(widened(self.scores(choices), self.widening), self._scaling)
