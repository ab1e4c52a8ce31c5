"""Strategies: what to measure next. All are ask/tell and found by name.

`STRATEGIES` holds the names, `make_strategy` makes one, `list_strategies` lists them. Every
``optuna:NAME`` is one of Optuna's samplers on our spaces; `StrategySampler` is the other way
round, a strategy of ours as a sampler of an Optuna study.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.lazy import lazily
from archscout.strategies._registry import STRATEGIES, list_strategies, make_strategy
from archscout.strategies.base import Strategy

if TYPE_CHECKING:
    from archscout.strategies.strategy_sampler import StrategySampler, suggest_architecture

# These two need Optuna, which listing and making other strategies does not.
__getattr__ = lazily(
    __name__,
    {"StrategySampler": "strategy_sampler", "suggest_architecture": "strategy_sampler"},
)

__all__ = [
    "STRATEGIES",
    "Strategy",
    "StrategySampler",
    "list_strategies",
    "make_strategy",
    "suggest_architecture",
]
