"""Predictor-guided search put together from any predictor, source of candidates and chooser.

The claim of SemiNAS and of the assessor is that a good predictor serves many searches; here
each registered name is one such choice.

Source:
    Random pool: Wen et al., Neural Predictor, arXiv 1912.00848. Evolution: SemiNAS, arXiv
    2002.10389. WeakNAS: Wu et al., arXiv 2102.10490. arch2vec with Bayesian optimisation: Yan
    et al., arXiv 2006.06936. Latent ascent with a complexity head: Li et al., arXiv
    2006.10310. A predictor taught once: arXiv 2108.01854. The default, a Gaussian process on
    graph properties with expected improvement, is this project's choice by measurement;
    docs/results says how the others compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.arguments import whole
from archscout.errors import unknown_name
from archscout.predictors import make_predictor
from archscout.predictors.base import Predictor
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies._candidates import Offspring, Pool, Source
from archscout.strategies._latent_ascent import LatentAscent, as_climber
from archscout.strategies.predictor_guided import Plan, PredictorGuided

# Relative steps of the ascent: the flow network's decoder knows what is near, that of the graph
# auto-encoder writes its start again unless it is taken further.
_STEPS = (0.1, 0.3, 1.0, 3.0)

SOURCES = ("pool", "evolution", "latent-ascent")


def guided(
    space: SearchSpace,
    rng: np.random.Generator,
    *,
    pool: Choices | None = None,
    predictor: str = "gaussian-process",
    candidates: str = "pool",
    choose: str = "expected-improvement",
    first: int = 10,
    each: int = 1,
    share: float = 0.0,
    explore: int = 0,
    unlabeled: int = 20_000,
    generations: int = 1,
    relearn: bool = True,
    predictor_settings: Mapping[str, Any] | None = None,
) -> PredictorGuided:
    """Put a predictor-guided strategy together.

    Args:
        space: the search space.
        rng: the only source of randomness.
        pool: choices ``(n, positions)`` that can be measured, or None for the whole space.
        predictor: a name of `archscout.predictors`, such as ``"forest"`` or ``"pseudo:mlp"``.
        candidates: ``"pool"`` scores all that can be bought (a random draw of ``unlabeled``
            where they are more), ``"evolution"`` children of the best, ``"latent-ascent"``
            what a predictor with a decoder writes.
        choose: a name of `archscout.strategies._choosing.CHOOSERS`.
        first: random labels before the first round, at least 4.
        each: labels a round, at least.
        share: a round buys this share of the labels so far, where that is more.
        explore: labels of a round that go to random neighbours of the best.
        unlabeled: most unlabeled architectures a round, 1 or more.
        generations: of ``"evolution"``; with more than one the predictor judges them.
        relearn: False teaches the predictor once, on the first labels.
        predictor_settings: settings of the predictor's class.

    Returns:
        The strategy, before its first `ask`.

    Raises:
        UnknownNameError: if there is no such predictor, source or chooser.
        SettingsError: if a number is out of range.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> guided(ToySpace(), np.random.default_rng(0), predictor="forest").minimum_labels
        11
    """
    if candidates not in SOURCES:
        raise unknown_name("source of candidates", candidates, SOURCES)
    whole(unlabeled, "unlabeled", 1)
    source: Source
    if candidates == "pool":
        source = Pool()
    elif candidates == "evolution":
        source = Offspring(generations=generations)
    else:
        source = LatentAscent(seeds=32, fresh_seeds=32, steps=_STEPS)
    made = make_predictor(predictor, space, rng, **(predictor_settings or {}))
    if candidates == "latent-ascent":
        as_climber(made)  # Refused before labels are bought.
    return PredictorGuided(
        space,
        rng,
        pool=pool,
        learner=OnePredictor(made, relearn=relearn),
        source=source,
        choose=choose,
        plan=Plan(first=first, each=each, share=share, explore=explore, unlabeled=unlabeled),
    )


class OnePredictor:
    """Fits one predictor to the labels and the unlabeled architectures of a round."""

    uses_unlabeled = True

    def __init__(self, model: Predictor, *, relearn: bool = True) -> None:
        self.model, self.relearn = model, relearn
        self._taught = 0

    def learn(
        self,
        choices: Choices,
        values: NDArray[np.float64],
        unlabeled: Choices,
        unlabeled_count: int,
    ) -> dict[str, Any]:
        """Learn anew, or keep what was learnt first; the row says from how many labels."""
        learns = self.relearn or not self._taught
        if learns:
            self.model.fit(choices, values, unlabeled)
            self._taught = len(choices)
        row: dict[str, Any] = {"predictor": type(self.model).__name__, "taught_on": self._taught}
        # Only a predictor that is taught on pseudo-labels has anything to say of them.
        pseudo = getattr(self.model, "audit_row", None)
        if learns and pseudo is not None:
            row |= pseudo(len(unlabeled))
        return row
