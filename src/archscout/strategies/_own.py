"""A strategy from a class or function that somebody wrote."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np

from archscout._common.arguments import refuses
from archscout._common.own_state import users_state
from archscout.errors import SettingsError
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies.base import Strategy


def make_own(
    strategy: Callable[..., Any],
    space: SearchSpace,
    rng: np.random.Generator,
    pool: Choices | None,
    settings: Mapping[str, Any],
) -> Strategy:
    """Make a strategy of a class or function, which is given ``pool`` if it takes that.

    Code of others runs in the state of their process.

    Raises:
        SettingsError: if it cannot be called so, or makes no strategy.
    """
    try:
        taken = inspect.signature(strategy).parameters.values()
    except (TypeError, ValueError):  # some classes of C say nothing
        taken = {}.values()
    takes_pool = any(p.name == "pool" or p.kind is p.VAR_KEYWORD for p in taken)
    given = {**({"pool": pool} if takes_pool else {}), **settings}
    why = refuses(strategy, space, rng, **given)
    if why is None and inspect.isabstract(strategy):
        why = "it is abstract"
    if why is not None or (isinstance(strategy, type) and not issubclass(strategy, Strategy)):
        raise SettingsError(
            f"got a strategy that cannot be made of (space, rng{''.join(f', {k}' for k in given)})"
            f" ({why or 'a ' + strategy.__name__ + ' is no Strategy'}), expected a registered name "
            "or a function (space, rng) -> Strategy"
        )
    ours = str(getattr(strategy, "__module__", "")).partition(".")[0] == "archscout"
    with nullcontext() if ours else users_state():
        made = strategy(space, rng, **given)
    if not isinstance(made, Strategy):
        raise SettingsError(
            f"got a {type(made).__name__} from the strategy function, expected a Strategy"
        )
    return made
