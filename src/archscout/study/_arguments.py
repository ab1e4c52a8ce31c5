"""The arguments of `archscout.study._loop.search` that are checked before anything is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from archscout._common.arguments import check_function
from archscout.errors import SettingsError, kind_of
from archscout.plugins import describe
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies import STRATEGIES, make_strategy
from archscout.strategies._making import make_own
from archscout.strategies.base import Strategy

_OWN_ARGUMENTS = ("space", "rng", "pool")

StrategyFactory = Callable[..., Strategy]


def check_rest(storage: object, on_label: object, name: object, retry_failed: bool) -> None:
    if storage is not None and (storage == "" or not isinstance(storage, str | os.PathLike)):
        came = kind_of(storage) if storage != "" else "an empty text"
        raise SettingsError(
            f"got {came} as storage, expected a journal ending in .log, a folder, or the URL of a "
            "database such as sqlite:///runs.db"
        )
    check_function(on_label, "on_label")
    if name is not None and not isinstance(name, str):
        raise SettingsError(f"got {kind_of(name)} as name, expected some text")
    if retry_failed and storage is None:
        raise SettingsError(
            "got retry_failed=True without a storage, expected the one that holds the failed "
            "labels: pass storage"
        )


def strategy_name(strategy: str | StrategyFactory) -> str:
    if isinstance(strategy, str):
        STRATEGIES[strategy]  # raises with the nearest match before anything is opened
        return describe(strategy)
    if not callable(strategy) or isinstance(strategy, Strategy):
        hint = ""
        if isinstance(strategy, Strategy):
            hint = f": pass the class {type(strategy).__name__} itself, the search makes one"
        elif type(strategy).__module__.startswith("optuna."):
            hint = ": samplers of Optuna have names here, such as 'optuna:tpe'"
        raise SettingsError(
            f"got {kind_of(strategy)} as strategy, expected a registered name or "
            f"a function (space, rng) -> Strategy{hint}"
        )
    made = getattr(strategy, "func", strategy)  # functools.partial
    return str(getattr(made, "__qualname__", type(made).__qualname__))


def make_searcher(
    strategy: str | StrategyFactory,
    space: SearchSpace,
    rng: np.random.Generator,
    pool: Any,
    settings: Mapping[str, Any],
) -> Strategy:
    for own in _OWN_ARGUMENTS:
        if own in settings:
            raise SettingsError(
                f"got the setting {own}={settings[own]!r}, which the search gives the strategy "
                "itself: leave it out"
            )
    if isinstance(strategy, str):
        return make_strategy(strategy, space, rng, pool=pool, **settings)
    return make_own(strategy, space, rng, pool, settings)


def allowed_pool(space: SearchSpace, pool: Choices, name: str) -> Choices:
    """Those of an objective's pool that the space, with its limits, allows."""
    if not isinstance(pool, Sequence | np.ndarray):
        raise SettingsError(
            f"got {kind_of(pool)} from the pool() of {name!r}, expected None or choices "
            "(n, positions) as an array"
        )
    choices = space.as_choices(pool)
    kept = choices[space.valid(choices)]
    if len(choices) and not len(kept):
        raise SettingsError(
            f"none of the {len(choices):,} architectures that {name!r} can measure is in "
            f"{space!r}: choose limits that some of them keep"
        )
    return kept
