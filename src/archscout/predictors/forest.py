"""Extra trees and random forests on graph properties.

Source:
    Extremely randomized trees: Geurts, Ernst and Wehenkel, Machine Learning 63, 2006. Random
    forests: Breiman, Machine Learning 45, 2001. The trees are scikit-learn's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from archscout.errors import SettingsError, unknown_name
from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, SearchSpace

_KINDS = {"extra": ExtraTreesRegressor, "random": RandomForestRegressor}
# Architectures a block, so that columns and leaves of many do not fill the memory.
_BLOCK = 32_768


class Forest(Predictor):
    """A mean of many deep trees; where they differ, it knows little.

    The trees learn normal scores of the labels' ranks. Unlabelled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        kind: ``"extra"`` draws the threshold of each split, ``"random"`` draws labels with
            replacement for each tree and takes the best threshold.
        trees: number of trees, 1 or more.
        columns_tried: share of the columns that each split looks at, above 0, at most 1.
        smallest_leaf: fewest labels in a leaf, 1 or more.
        one_hot: see `CellFeatures`.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> convolutions = (archs == 3).sum(axis=1)
        >>> forest = Forest(space, rng).fit(archs, convolutions)
        >>> many, none = forest.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        kind: Literal["extra", "random"] = "extra",
        trees: int = 200,
        columns_tried: float = 0.3,
        smallest_leaf: int = 1,
        one_hot: bool | None = None,
    ) -> None:
        super().__init__(space, rng)
        if kind not in _KINDS:
            raise unknown_name("kind of forest", str(kind), _KINDS)
        if trees < 1 or smallest_leaf < 1 or not 0 < columns_tried <= 1:
            raise SettingsError(
                f"got trees={trees}, columns_tried={columns_tried}, "
                f"smallest_leaf={smallest_leaf}, expected at least 1 tree, 1 label a leaf and a "
                "share of the columns above 0 and at most 1"
            )
        self.kind, self.trees = kind, trees
        self.columns_tried, self.smallest_leaf = columns_tried, smallest_leaf
        self.features = CellFeatures(space, one_hot)
        self._scaling: RankScores | None = None
        # Each tree with the score and the value of every node.
        self._trees: list[tuple[Any, NDArray[np.float64], NDArray[np.float64]]] = []

    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Grow all trees anew."""
        choices, numbers = labelled(self.space, archs, values)
        if unlabeled is not None:
            self.space.choices(unlabeled)
        scaling = RankScores(numbers)
        forest = _KINDS[self.kind](
            self.trees,
            max_features=self.columns_tried,
            min_samples_leaf=self.smallest_leaf,
            random_state=int(self.rng.integers(2**31)),
            n_jobs=1,  # Else joblib's, which a user may have set.
        )
        forest.fit(self.features.encode(choices), scaling.forward(numbers))
        trees = [grown.tree_ for grown in forest.estimators_]
        scores = [np.asarray(tree.value[:, 0, 0], dtype=np.float64) for tree in trees]
        self._trees = [(t, s, scaling.back(s)) for t, s in zip(trees, scores, strict=True)]
        self._scaling = scaling
        return self

    def predict(self, archs: Architectures) -> Prediction:
        """Value of the trees' mean score, and the deviation of the trees' values as spread."""
        mean, spread = self._over_trees(archs, as_values=True)
        return Prediction(self._fitted().back(mean), spread)

    def predict_scores(self, archs: Architectures) -> Prediction:
        """Mean and deviation of the trees' scores."""
        return self._over_trees(archs, as_values=False)

    def scores_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Normal scores of values, by the ranks of the labels."""
        return self._fitted().forward(values)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values that ``count`` drawn groups of an eighth of the trees give, ``(count, n)``.

        A single tree says more about the labels that it happened to split by than about what
        is plausible.
        """
        scaling, choices = self._fitted(), self.space.choices(archs)
        size = -(-self.trees // 8)
        picks = [self.rng.choice(self.trees, size, replace=False) for _ in range(count)]
        weights = np.zeros((count, self.trees))
        for row, picked in zip(weights, picks, strict=True):
            row[picked] = 1 / size
        drawn = np.empty((count, len(choices)))
        for first in range(0, len(choices), _BLOCK):
            block = slice(first, first + _BLOCK)
            columns = self.features.encode(choices[block])
            scores = np.array([scores[tree.apply(columns)] for tree, scores, _ in self._trees])
            drawn[:, block] = scaling.back(weights @ scores)
        return drawn

    def _fitted(self) -> RankScores:
        if self._scaling is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._scaling

    def _over_trees(self, archs: Architectures, *, as_values: bool) -> Prediction:
        """Mean of the trees' scores, and the deviation of their scores or values."""
        self._fitted()
        choices = self.space.choices(archs)
        mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
        for first in range(0, len(choices), _BLOCK):
            block = slice(first, first + _BLOCK)
            columns = self.features.encode(choices[block])
            total, centre, squares = np.zeros((3, len(columns)))
            for number, (tree, scores, values) in enumerate(self._trees, start=1):
                leaves = tree.apply(columns)
                total += scores[leaves]
                # Welford's update: sums of squares of near-equal accuracies would cancel.
                shown = values[leaves] if as_values else scores[leaves]
                change = shown - centre
                centre += change / number
                squares += change * (shown - centre)
            mean[block] = total / len(self._trees)
            spread[block] = np.sqrt(squares / len(self._trees))
        return Prediction(mean, spread)
