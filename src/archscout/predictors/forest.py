"""Extra trees and random forests on graph properties.

Source:
    Extremely randomized trees: Geurts, Ernst and Wehenkel, Machine Learning 63, 2006. Random
    forests: Breiman, Machine Learning 45, 2001. The trees are scikit-learn's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor, RandomForestRegressor

from archscout._common.settings import Flag
from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors._parts.ranges import OneOrMore, Share
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

_KINDS = {"extra": ExtraTreesRegressor, "random": RandomForestRegressor}
# Architectures a block, so that columns and leaves of many do not fill the memory.
_BLOCK = 32_768

# Each tree with the score and the value of every node.
_Trees = list[tuple[Any, Floats, Floats]]
_Encode = Callable[[Choices], NDArray[np.float32]]


@parameters
class Forest(Predictor):
    """A mean of many deep trees; where they differ, it knows little.

    The trees learn normal scores of the labels' ranks. The mean is the value of their mean score,
    the spread the deviation of their values. A draw is what an eighth of the trees give, picked at
    random: a single tree says more about the labels that it happened to split by than about what
    is plausible. Unlabeled architectures are ignored.

    Args:
        space: the search space.
        rng: the only source of randomness.
        kind: ``"extra"`` draws the threshold of each split, ``"random"`` draws labels with
            replacement for each tree and takes the best threshold.
        trees: number of trees, 1 or more.
        columns_tried: share of the columns that each split looks at, above 0, at most 1.
        smallest_leaf: fewest labels in a leaf, 1 or more.
        one_hot: whether one-hot marks stand beside the properties of the graph; None adds them
            unless the space has a flow graph.

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

    kind: Literal["extra", "random"] = "extra"
    trees: OneOrMore = 200
    columns_tried: Share = 0.3
    smallest_leaf: OneOrMore = 1
    one_hot: Flag | None = None

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        scaling = RankScores(values)
        forest = _KINDS[self.kind](
            self.trees,
            max_features=self.columns_tried,
            min_samples_leaf=self.smallest_leaf,
            random_state=int(self.rng.integers(2**31)),
            n_jobs=1,  # Else joblib's, which a user may have set.
        )
        forest.fit(self._features.encode(choices), scaling.forward(values))
        trees = [grown.tree_ for grown in forest.estimators_]
        scores = [np.asarray(tree.value[:, 0, 0], dtype=np.float64) for tree in trees]
        self.trees_ = [(t, s, scaling.back(s)) for t, s in zip(trees, scores, strict=True)]
        self.scaling_ = scaling

    def _predict(self, choices: Choices) -> Posterior:
        encode, trees, scaling = self._features.encode, self.trees_, self.scaling_

        def moments() -> tuple[Floats, Floats]:
            mean, spread = _over_trees(trees, encode, choices, as_values=True)
            return scaling.back(mean), spread

        return Posterior.lazily(
            moments,
            draw=lambda count, rng: scaling.back(_draw(trees, encode, choices, count, rng)),
            scores=lambda: Posterior.lazily(
                lambda: _over_trees(trees, encode, choices, as_values=False),
                draw=lambda count, rng: _draw(trees, encode, choices, count, rng),
            ),
            to_scores=scaling.forward,
        )

    @cached_property
    def _features(self) -> CellFeatures:
        # Kept from fit to fit: a search predicts the same pool again and again.
        return CellFeatures(self.space, self.one_hot)


def _over_trees(
    trees: _Trees, encode: _Encode, choices: Choices, *, as_values: bool
) -> tuple[Floats, Floats]:
    """Mean of the trees' scores, and the deviation of their scores or values."""
    mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
    for first in range(0, len(choices), _BLOCK):
        block = slice(first, first + _BLOCK)
        columns = encode(choices[block])
        total, centre, squares = np.zeros((3, len(columns)))
        for number, (tree, scores, values) in enumerate(trees, start=1):
            leaves = tree.apply(columns)
            total += scores[leaves]
            # Welford's update: sums of squares of near-equal accuracies would cancel.
            shown = values[leaves] if as_values else scores[leaves]
            change = shown - centre
            centre += change / number
            squares += change * (shown - centre)
        mean[block] = total / len(trees)
        spread[block] = np.sqrt(squares / len(trees))
    return mean, spread


def _draw(
    trees: _Trees, encode: _Encode, choices: Choices, count: int, rng: np.random.Generator
) -> Floats:
    """Mean scores of ``count`` drawn groups of an eighth of the trees, ``(count, n)``."""
    size = -(-len(trees) // 8)
    weights = np.zeros((count, len(trees)))
    for row in weights:
        row[rng.choice(len(trees), size, replace=False)] = 1 / size
    drawn = np.empty((count, len(choices)))
    for first in range(0, len(choices), _BLOCK):
        block = slice(first, first + _BLOCK)
        columns = encode(choices[block])
        drawn[:, block] = weights @ np.array([s[tree.apply(columns)] for tree, s, _ in trees])
    return drawn
