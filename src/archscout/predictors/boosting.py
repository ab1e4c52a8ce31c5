"""Bagged gradient boosting on graph properties, with a spread that held-out labels calibrate.

Source:
    Gradient boosting: Friedman, Annals of Statistics 29, 2001; with random parts of the labels:
    Computational Statistics and Data Analysis 38, 2002. The trees are scikit-learn's. Here:
    several boosted models, each of which leaves out its own two parts of the labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor

from archscout.errors import SettingsError
from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.left_out import deal_left_out, widening
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

# Architectures a block, so that columns and members' scores of many do not fill the memory.
_BLOCK = 32_768

_Scores = NDArray[np.float64]


class Boosting(Predictor):
    """The mean of several boosted models that saw different labels.

    The models learn normal scores of the labels' ranks. The labels are dealt into as many parts
    as there are members, and each member leaves out two, so that two members have not seen
    a label: how far they differ there and how far they miss it gives the factor by which
    the members' deviation is scaled. Unlabelled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        members: boosted models, 3 or more.
        trees: trees of each member, 1 or more.
        learning_rate: weight of each tree, above 0, at most 1.
        depth: most splits on the way to a leaf, 1 or more.
        columns_tried: share of the columns that each split looks at, above 0, at most 1.
        labels_tried: share of the labels that each tree sees, above 0, at most 1.
        smallest_leaf: fewest labels in a leaf, 1 or more.
        one_hot: see `CellFeatures`.

    Attributes:
        widening_: the factor on the members' deviation.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> boosting = Boosting(space, rng).fit(archs, convolutions)
        >>> many, none = boosting.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        members: int = 12,
        trees: int = 60,
        learning_rate: float = 0.1,
        depth: int = 6,
        columns_tried: float = 0.2,
        labels_tried: float = 0.5,
        smallest_leaf: int = 3,
        one_hot: bool | None = None,
    ) -> None:
        super().__init__(space, rng)
        if members < 3 or min(trees, depth, smallest_leaf) < 1:
            raise SettingsError(
                f"got members={members}, trees={trees}, depth={depth}, "
                f"smallest_leaf={smallest_leaf}, expected at least 3 members and 1 of the others"
            )
        shares = {
            "learning_rate": learning_rate,
            "columns_tried": columns_tried,
            "labels_tried": labels_tried,
        }
        for name, share in shares.items():
            if not 0 < share <= 1:
                raise SettingsError(f"got {name}={share}, expected above 0 and at most 1")
        self.members = members
        self.settings: dict[str, Any] = {
            "n_estimators": trees,
            "learning_rate": learning_rate,
            "max_depth": depth,
            "max_features": columns_tried,
            "subsample": labels_tried,
            "min_samples_leaf": smallest_leaf,
        }
        self.features = CellFeatures(space, one_hot)
        self.widening_ = 1.0
        self._scaling: RankScores | None = None
        self._models: list[GradientBoostingRegressor] = []

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Boost all members anew."""
        choices, numbers = labelled(self.space, archs, values)
        if unlabeled is not None:
            self.space.choices(unlabeled)
        columns = self.features.encode(choices)
        scaling = RankScores(numbers)
        scores = scaling.forward(numbers)
        left_out = deal_left_out(self.rng, self.members, len(scores))
        models = []
        for out in left_out:
            seed = int(self.rng.integers(2**31))
            model = GradientBoostingRegressor(**self.settings, random_state=seed)
            models.append(model.fit(columns[~out], scores[~out]))
        self._models, self._scaling = models, scaling
        self.widening_ = widening(self._member_scores(columns), scores, left_out)
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the members' mean score, and the widened deviation of their values."""
        scaling, choices = self._fitted(), self.space.choices(archs)
        mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
        for block, centre, widened in self._blocks(choices):
            mean[block] = scaling.back(centre)
            spread[block] = scaling.back(widened).std(axis=0)
        return Prediction(mean, spread)

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and widened deviation of the members' scores."""
        self._fitted()
        choices = self.space.choices(archs)
        mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
        for block, centre, widened in self._blocks(choices):
            mean[block], spread[block] = centre, widened.std(axis=0)
        return Prediction(mean, spread)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Normal scores of values, by the ranks of the labels."""
        return self._fitted().forward(values)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values as each member sees them, widened, ``(members, n)``."""
        scaling, choices = self._fitted(), self.space.choices(archs)
        drawn = np.empty((self.members, len(choices)))
        for block, _, widened in self._blocks(choices):
            drawn[:, block] = scaling.back(widened)
        return drawn

    def _fitted(self) -> RankScores:
        if self._scaling is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._scaling

    def _blocks(self, choices: Choices) -> Iterator[tuple[slice, _Scores, _Scores]]:
        """Block by block the members' mean score ``(b,)`` and their widened ones ``(m, b)``."""
        for first in range(0, len(choices), _BLOCK):
            block = slice(first, first + _BLOCK)
            scores = self._member_scores(self.features.encode(choices[block]))
            centre = scores.mean(axis=0)
            yield block, centre, centre + self.widening_ * (scores - centre)

    def _member_scores(self, columns: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.array([model.predict(columns) for model in self._models])
