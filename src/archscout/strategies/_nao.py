"""NAO: the search that SemiNAS builds on, from labels alone.

Source:
    Luo et al., Neural Architecture Optimization, NeurIPS 2018, arXiv 1808.07233. Deviation: the
    network, the rounds and the rule for gradient steps are those of this package's SemiNAS, so
    that the two differ in nothing but the unlabeled architectures. That makes NAO the control of
    every claim about them; ``preset="lstm"`` takes the LSTMs of the paper.
"""

from __future__ import annotations

import numpy as np

from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies._seminas import seminas
from archscout.strategies.predictor_guided import PredictorGuided


def nao(
    space: SearchSpace,
    rng: np.random.Generator,
    *,
    pool: Choices | None = None,
    preset: str = "fast",
    first: int | None = None,
    each: int | None = None,
) -> PredictorGuided:
    """Put NAO together; the arguments are those of `archscout.strategies.seminas`.

    Examples:
        >>> from archscout.testing.toy import ToySpace
        >>> nao(ToySpace(), np.random.default_rng(0), first=8).minimum_labels
        9
    """
    return seminas(
        space, rng, pool=pool, preset=preset, semi_supervised=False, first=first, each=each
    )
