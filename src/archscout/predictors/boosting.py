"""Bagged gradient boosting on graph properties, with a spread that held-out labels calibrate.

Source:
    Gradient boosting: Friedman, Annals of Statistics 29, 2001; with random parts of the labels:
    Computational Statistics and Data Analysis 38, 2002. The trees are scikit-learn's. Here:
    several boosted models, each of which leaves out its own two parts of the labels.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from sklearn.ensemble import GradientBoostingRegressor

from archscout._common.settings import Flag
from archscout.predictors._parts.cell_features import CellFeatures
from archscout.predictors._parts.members import deal_left_out, member_posterior, widened, widening
from archscout.predictors._parts.ranges import OneOrMore, Share, ThreeOrMore
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

# Architectures a block, so that the columns of many do not fill the memory.
_BLOCK = 32_768


@parameters
class Boosting(Predictor):
    """The mean of several boosted models that saw different labels.

    The models learn normal scores of the labels' ranks. The labels are dealt into as many parts
    as there are members, and each member leaves out two, so that two members have not seen
    a label: how far they differ there and how far they miss it gives the factor by which
    the members' deviation is scaled. A draw is what one member sees, widened. Unlabeled
    architectures are ignored.

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
        one_hot: whether one-hot marks stand beside the properties of the graph; None adds them
            unless the space has a flow graph.

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

    members: ThreeOrMore = 12
    trees: OneOrMore = 60
    learning_rate: Share = 0.1
    depth: OneOrMore = 6
    columns_tried: Share = 0.2
    labels_tried: Share = 0.5
    smallest_leaf: OneOrMore = 3
    one_hot: Flag | None = None

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        columns = self._features.encode(choices)
        scaling = RankScores(values)
        scores = scaling.forward(values)
        left_out = deal_left_out(self.rng, self.members, len(scores))
        models = []
        for out in left_out:
            model = GradientBoostingRegressor(
                n_estimators=self.trees,
                learning_rate=self.learning_rate,
                max_depth=self.depth,
                max_features=self.columns_tried,
                subsample=self.labels_tried,
                min_samples_leaf=self.smallest_leaf,
                random_state=int(self.rng.integers(2**31)),
            )
            models.append(model.fit(columns[~out], scores[~out]))
        self.models_, self.scaling_ = models, scaling
        self.widening_ = widening(self._member_scores(choices), scores, left_out)

    def _predict(self, choices: Choices) -> Posterior:
        scores = self._member_scores(choices)
        return member_posterior(
            widened(scores, self.widening_), self.scaling_, mean=scores.mean(axis=0)
        )

    def _member_scores(self, choices: Choices) -> Floats:
        scores = np.empty((self.members, len(choices)))
        for first in range(0, len(choices), _BLOCK):
            block = slice(first, first + _BLOCK)
            columns = self._features.encode(choices[block])
            for row, model in zip(scores, self.models_, strict=True):
                row[block] = model.predict(columns)
        return scores

    @cached_property
    def _features(self) -> CellFeatures:
        # Kept from fit to fit: a search predicts the same pool again and again.
        return CellFeatures(self.space, self.one_hot)
