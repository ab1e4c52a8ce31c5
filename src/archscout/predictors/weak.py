"""The weak predictors of WeakNAS: plain regressors on one-hot marks.

Source:
    Wu et al., Stronger NAS with Weaker Predictors, NeurIPS 2021, arXiv 2102.10490: perceptron of
    four hidden layers, random forest or gradient boosting, from scikit-learn and XGBoost.
    Deviations: labels are standardised by their own mean and deviation (the release takes
    those of the whole table, which a search cannot know); trees are boosted by scikit-learn,
    not XGBoost; on few labels the perceptron is narrower unless ``size="published"`` is said.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from archscout.predictors._parts.scaling import LinearScores
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Choices

_LAYERS, _WIDTH, _EPOCHS = 4, 1000, 100
_TREES, _FOREST_DEPTH = 1000, 10
_BOOSTING_DEPTH = 20
# The quick size: hidden units and trees for each label, up to the published number.
_UNITS_A_LABEL, _TREES_A_LABEL = 8, 1
_FEWEST_TREES = 20
# Architectures a block: a thousand hidden units of each fill the memory.
_BLOCK = 16_384


@parameters
class WeakPredictor(Predictor):
    """One plain regressor on one-hot marks, with no spread but the forest's.

    Unlabeled architectures are ignored. The spread of ``"mlp"`` and ``"boosting"`` is 0:
    they state none.

    Args:
        space: the search space.
        rng: the only source of randomness.
        kind: ``"mlp"`` has 4 hidden layers of 1,000 units and 100 epochs of Adam, ``"forest"``
            1,000 trees of depth 10, ``"boosting"`` 1,000 trees of depth 20 at a rate of 0.3.
        size: ``"published"`` takes these numbers always; ``"quick"`` takes 8 units a label up
            to 1,000 (all from 125 labels on), and 1 tree a label but 20 at least.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 20)
        >>> weak = WeakPredictor(space, rng).fit(archs, (archs == 3).sum(axis=1))
        >>> many, none = weak.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    kind: Literal["mlp", "forest", "boosting"] = "mlp"
    size: Literal["quick", "published"] = "quick"

    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        scaling = LinearScores(values, span=False)
        model = self._regressor(len(choices), int(self.rng.integers(2**31)))
        with warnings.catch_warnings():
            # That 100 epochs are too few to converge is the published setting.
            warnings.simplefilter("ignore", ConvergenceWarning)
            # A float64 target would make every step of the perceptron float64.
            model.fit(self._marks(choices), scaling.forward(values).astype(np.float32))
        self.model_, self.scaling_ = model, scaling

    def _predict(self, choices: Choices) -> Posterior:
        mean, spread = np.zeros(len(choices)), np.zeros(len(choices))
        for first in range(0, len(choices), _BLOCK):
            block = slice(first, first + _BLOCK)
            marks = self._marks(choices[block])
            if self.kind == "forest":
                trees = np.stack([tree.predict(marks) for tree in self.model_.estimators_])
                mean[block], spread[block] = trees.mean(axis=0), trees.std(axis=0)
            else:
                mean[block] = self.model_.predict(marks)
        return Posterior(self.scaling_.back(mean), spread * self.scaling_.width)

    def _marks(self, choices: Choices) -> NDArray[np.float32]:
        marks: NDArray[np.float32] = self.space.encode(choices, "onehot")
        return marks

    def _regressor(self, labels: int, seed: int) -> Any:
        """The regressor, as large as the settings and the number of labels say."""
        quick = self.size == "quick"
        if self.kind == "mlp":
            width = min(_WIDTH, _UNITS_A_LABEL * labels) if quick else _WIDTH
            hidden = (width,) * _LAYERS
            return MLPRegressor(hidden_layer_sizes=hidden, max_iter=_EPOCHS, random_state=seed)
        trees = min(_TREES, max(_FEWEST_TREES, _TREES_A_LABEL * labels)) if quick else _TREES
        if self.kind == "forest":
            return RandomForestRegressor(
                trees, max_depth=_FOREST_DEPTH, random_state=seed, n_jobs=1
            )
        return GradientBoostingRegressor(
            n_estimators=trees, max_depth=_BOOSTING_DEPTH, learning_rate=0.3, random_state=seed
        )
