"""What stands before a strategy is made: checks of its settings, and of whose code makes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from archscout._common.arguments import refuses
from archscout._common.own_state import door_of
from archscout.errors import SettingsError
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies.base import Strategy

_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "bool": ((bool,), "true or false"),
    "int": ((int, np.integer), "a whole number"),
    "float": ((int, float, np.integer, np.floating), "a number"),
    "str": ((str,), "a text"),
}


def make_own(
    strategy: Callable[..., Any],
    space: SearchSpace,
    rng: np.random.Generator,
    pool: Choices | None,
    settings: Mapping[str, Any],
) -> Strategy:
    """Make a strategy of a class or function, which is given ``pool`` if it takes that.

    Code of others runs in the state of their process. What cannot be called so, or makes no
    strategy, raises `SettingsError`.
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
    with door_of(strategy):
        made = strategy(space, rng, **given)
    if not isinstance(made, Strategy):
        raise SettingsError(
            f"got a {type(made).__name__} from the strategy function, expected a Strategy"
        )
    return made


def check_kinds(
    strategy: str, settings: Mapping[str, Any], known: Mapping[str, inspect.Parameter]
) -> None:
    """Refuse values of another kind than the settings' defaults or annotations tell."""
    for name, value in settings.items():
        if name not in known:
            continue
        default = known[name].default
        kind = _kind(known[name])
        if kind is None or (value is None and default is None):
            continue
        allowed, words = _KINDS[kind]
        if isinstance(value, allowed) and (kind == "bool" or not isinstance(value, bool)):
            continue
        such = "" if default is None else f" such as its default {default!r}"
        raise SettingsError(
            f"got {value!r} for {name} of strategy {strategy}, expected {words}{such}"
        )


def _kind(parameter: inspect.Parameter) -> str | None:
    """The one plain kind of a parameter, None where there is no such."""
    if type(parameter.default).__name__ in _KINDS:
        return type(parameter.default).__name__
    if parameter.default is not None:
        return None
    named = getattr(parameter.annotation, "__name__", None) or str(parameter.annotation)
    words = {word.strip() for word in named.split("|")} - {"None"}
    return words.pop() if len(words) == 1 and words <= set(_KINDS) else None
