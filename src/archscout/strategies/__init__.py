"""Strategies: what to measure next. All are ask/tell and found by name.

`STRATEGIES` holds the names, `make_strategy` makes one, `list_strategies` lists them. Every
``optuna:NAME`` is one of Optuna's samplers on our spaces; `StrategySampler` is the other way
round, a strategy of ours as a sampler of an Optuna study. The classes and functions behind the
names are here too, loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.strategies._registry import STRATEGIES, list_strategies, make_strategy
from archscout.strategies.base import Strategy

if TYPE_CHECKING:
    from archscout.strategies._candidates import Candidates, Offspring, Pool, Round, Source
    from archscout.strategies._choosing import CHOOSERS, Beliefs
    from archscout.strategies._guided import guided
    from archscout.strategies._latent_ascent import LatentAscent
    from archscout.strategies._seminas import PLANS, nao, seminas
    from archscout.strategies.evolution import Evolution
    from archscout.strategies.local_search import LocalSearch
    from archscout.strategies.optuna_samplers import OptunaSampler
    from archscout.strategies.predictor_guided import Learner, Plan, PredictorGuided
    from archscout.strategies.random_search import RandomSearch
    from archscout.strategies.strategy_sampler import StrategySampler, suggest_architecture

_PARTS = {
    "_guided": ("guided",),
    "_seminas": ("PLANS", "nao", "seminas"),
    "_candidates": ("Candidates", "Offspring", "Pool", "Round", "Source"),
    "_choosing": ("CHOOSERS", "Beliefs"),
    "evolution": ("Evolution",),
    "_latent_ascent": ("LatentAscent",),
    "local_search": ("LocalSearch",),
    "optuna_samplers": ("OptunaSampler",),
    "predictor_guided": ("Learner", "Plan", "PredictorGuided"),
    "random_search": ("RandomSearch",),
    "strategy_sampler": ("StrategySampler", "suggest_architecture"),
}

__getattr__ = lazily(__name__, {name: home for home, names in _PARTS.items() for name in names})

__all__ = [
    "CHOOSERS",
    "PLANS",
    "STRATEGIES",
    "Beliefs",
    "Candidates",
    "Evolution",
    "LatentAscent",
    "Learner",
    "LocalSearch",
    "Offspring",
    "OptunaSampler",
    "Plan",
    "Pool",
    "PredictorGuided",
    "RandomSearch",
    "Round",
    "Source",
    "Strategy",
    "StrategySampler",
    "guided",
    "list_strategies",
    "make_strategy",
    "nao",
    "seminas",
    "suggest_architecture",
]
