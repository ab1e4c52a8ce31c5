"""A predictor that is taught once, before a search that then asks it instead of training.

Source:
    Efficient Neural Architecture Search with Performance Prediction, arXiv 2108.01854: an
    end-to-end predictor, a graph network over the cell with a long short-term memory over its
    vertices, taught offline and asked inside an evolution. Nothing beyond this outline was at
    hand: no sizes, no schedule, no figures. All settings here are this project's, and so is what
    they share with `GraphNetwork`: messages in both directions, an ensemble, normal scores of
    ranks. The loss is the squared error, of values and not of their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from archscout.predictors.base import Prediction, Predictor
from archscout.predictors.graph_network import GraphNetwork
from archscout.spaces.base import Architectures, SearchSpace


class OfflinePredictor(Predictor):
    """A graph network whose vertices are read by a long short-term memory.

    That it is taught once is up to who uses it: fit it before the evolution, then only ask.
    A second `fit` teaches it anew. Unlabelled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        settings: settings of `GraphNetwork` that replace its defaults and those of this class
            (squared error, more steps); the readout cannot be replaced.

    Attributes:
        network: the graph network that does the work.

    Raises:
        UnknownNameError: if there is no such loss or target.
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> offline = OfflinePredictor(space, rng, steps=20).fit(archs, convolutions)
        >>> many, none = offline.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        loss: str = "squared",
        steps: int = 300,
        **settings: Any,
    ) -> None:
        super().__init__(space, rng)
        self.network = GraphNetwork(space, rng, readout="lstm", loss=loss, steps=steps, **settings)

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Teach the network anew."""
        self.network.fit(archs, values, unlabeled)
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the members' mean score, and the deviation of their values as the spread."""
        return self.network.predict(archs)

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and widened deviation of the members' scores."""
        return self.network.predict_scores(archs)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Target scores of values."""
        return self.network.scores_of(values)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values as each member sees them, ``(members, n)``."""
        return self.network.draws(archs, count)
