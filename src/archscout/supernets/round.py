"""What one round of a supernet gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Round:
    """One round of training.

    Args:
        number: from 0, the first.
        proposed: how many architectures it added.
        trained_on: how many the supernet was trained on.
        accuracies: of all architectures so far, by the supernet of this round, in percent.
        loss: mean training loss of its last epoch.
        updates: training steps up to its end.
        seconds: what training and scoring took in the call that ended it.
    """

    number: int
    proposed: int
    trained_on: int
    accuracies: NDArray[np.float64]
    loss: float
    updates: int
    seconds: float = 0.0
