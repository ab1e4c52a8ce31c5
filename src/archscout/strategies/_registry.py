"""The registered strategies, and how one is made by name."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from archscout._common.arguments import as_generator, check_known
from archscout._common.own_state import own_state
from archscout.plugins import Entry, Registry
from archscout.spaces._as_space import as_space
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies._making import check_kinds, make_own
from archscout.strategies.base import Strategy

_HERE = "archscout.strategies"
_SEMINAS = f"{_HERE}._seminas:seminas"
_GUIDED = f"{_HERE}._guided:guided"
_SEMINAS_SOURCE = "Luo et al., Semi-Supervised Neural Architecture Search, arXiv 2002.10389"


def _optuna(sampler: str, summary: str) -> Entry:
    return Entry(
        f"{_HERE}.optuna_samplers:OptunaSampler",
        summary,
        "Akiba et al., Optuna, arXiv 1907.10902",
        {"sampler": sampler},
    )


STRATEGIES = Registry(
    "strategy",
    {
        "random": Entry(
            f"{_HERE}.random_search:RandomSearch",
            "uniform, without repeats",
            "Li and Talwalkar, arXiv 1902.07638",
        ),
        "evolution": Entry(
            f"{_HERE}.evolution:Evolution",
            "regularized evolution: after 50 random ones, the best of a sample has a child",
            "Real et al., arXiv 1802.01548",
        ),
        "local": Entry(
            f"{_HERE}.local_search:LocalSearch",
            "local search with random restarts",
            "White et al., arXiv 2005.02960",
        ),
        "nao": Entry(
            f"{_HERE}._seminas:nao",
            "SemiNAS without unlabeled architectures, by the same rule for steps: its control",
            "Luo et al., Neural Architecture Optimization, arXiv 1808.07233",
        ),
        "seminas": Entry(
            _SEMINAS,
            "semi-supervised search: pseudo-labels for architectures that nobody measured",
            _SEMINAS_SOURCE,
            {"preset": "fast"},
        ),
        "seminas-paper-300": Entry(
            _SEMINAS,
            "semi-supervised search with the paper's schedule for 300 labels (hours)",
            _SEMINAS_SOURCE,
            {"preset": "paper-300"},
        ),
        "seminas-paper-2000": Entry(
            _SEMINAS,
            "semi-supervised search with the paper's schedule for 2000 labels (hours)",
            _SEMINAS_SOURCE,
            {"preset": "paper-2000"},
        ),
        "guided": Entry(
            _GUIDED,
            "Gaussian process on graph properties, expected improvement over all in reach",
            "this project; Jones et al., 1998, for the choice",
        ),
        "guided-forest": Entry(
            _GUIDED,
            "extra trees on graph properties, Thompson sampling over all that can be bought",
            "this project; Osband and Van Roy, arXiv 1507.00300, for the choice",
            {"predictor": "forest", "choose": "thompson", "each": 3},
        ),
        "guided-assessor": Entry(
            _GUIDED,
            "the semi-supervised assessor, its best predictions over all that can be bought",
            "Tang et al., A Semi-Supervised Assessor of Neural Architectures, arXiv 2005.06821",
            {"predictor": "assessor", "choose": "best-mean", "first": 20, "each": 10},
        ),
        "seminas-evolution": Entry(
            _GUIDED,
            "SemiNAS (RE): many children of the best, those that its predictor thinks best",
            _SEMINAS_SOURCE,
            {
                "predictor": "seminas",
                "candidates": "evolution",
                "choose": "best-mean",
                "first": 20,
                "each": 10,
            },
        ),
        "weaknas": Entry(
            _GUIDED,
            "WeakNAS: ten labels a round, drawn from the 100 that a weak predictor thinks best",
            "Wu et al., Stronger NAS with Weaker Predictors, arXiv 2102.10490",
            {"predictor": "weak", "choose": "top-uniform", "first": 10, "each": 10},
        ),
        "arch2vec-bo": Entry(
            _GUIDED,
            "Bayesian optimisation on an embedding that was learnt without labels",
            "Yan et al., Does Unsupervised Architecture Representation Learning Help, 2006.06936",
            {"predictor": "arch2vec", "choose": "expected-improvement", "first": 16, "each": 5},
        ),
        "latent-ascent": Entry(
            _GUIDED,
            "ascent in the latent space of a graph auto-encoder with a complexity head",
            "Li et al., Neural Architecture Optimization with Graph VAE, arXiv 2006.10310",
            {
                "predictor": "graph-vae",
                "candidates": "latent-ascent",
                "choose": "best-mean",
                "first": 20,
                "each": 10,
            },
        ),
        "offline-evolution": Entry(
            _GUIDED,
            "evolution on a predictor that was taught once, then its best are measured",
            "Efficient Neural Architecture Search with Performance Prediction, arXiv 2108.01854",
            {
                "predictor": "offline",
                "candidates": "evolution",
                "choose": "best-mean",
                "first": 50,
                "each": 10,
                "generations": 10,
                "relearn": False,
            },
        ),
        "optuna:tpe": _optuna("tpe", "Optuna's tree-structured Parzen estimator"),
        "optuna:random": _optuna("random", "Optuna's random sampler"),
        "optuna:gp": _optuna("gp", "Optuna's Gaussian process (slow)"),
        "optuna:qmc": _optuna("qmc", "Optuna's quasi-random Sobol sequence"),
        "optuna:nsgaii": _optuna("nsgaii", "Optuna's genetic algorithm NSGA-II"),
    },
    Strategy,
)


def list_strategies(pattern: str = "*") -> list[str]:
    """Sorted names of the strategies that match a shell pattern.

    Examples:
        >>> list_strategies("seminas-paper*")
        ['seminas-paper-2000', 'seminas-paper-300']
    """
    return STRATEGIES.names(pattern)


@own_state()
def make_strategy(
    name: str,
    space: SearchSpace,
    rng: np.random.Generator,
    *,
    pool: Choices | None = None,
    **settings: Any,
) -> Strategy:
    """Make the strategy of a registered name.

    Args:
        name: such as ``"evolution"`` or ``"optuna:tpe"``, or the place of a strategy's class,
            ``"module:Name"`` or ``"FILE.py:Name"``.
        space: the search space.
        rng: the strategy's only source of randomness.
        pool: choices ``(n, positions)`` that can be measured; None for the whole space.
        settings: keyword arguments of the strategy's class; they go over the name's own.

    Returns:
        The strategy, before its first `ask`.

    Raises:
        UnknownNameError: if no strategy has that name.
        SettingsError: if it has no such setting or the value is out of range.

    Examples:
        >>> from archscout.testing import ToySpace
        >>> strategy = make_strategy("random", ToySpace(), np.random.default_rng(0))
        >>> len(strategy.ask(2))
        2
    """
    entry = STRATEGIES[name]
    space, rng = as_space(space), as_generator(rng)
    known = inspect.signature(entry.load()).parameters
    if all(p.kind is not inspect.Parameter.VAR_KEYWORD for p in known.values()):
        names = [p for p in known if p not in ("space", "rng", "pool")]
        check_known(f"setting of strategy {name}", settings, names)
    check_kinds(name, settings, known)
    return make_own(entry.load(), space, rng, pool, {**entry.settings, **settings})
