"""Further proxies that a search compares with its angle, as the user names them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError, kind_of
from archscout.plugins import describe
from archscout.proxies import PROXIES, Proxy
from archscout.spaces.base import Choices, SearchSpace
from archscout.strategies.proxy_search import Score


def make_proxies(
    names: Sequence[str], space: SearchSpace, costs: Mapping[str, Mapping[str, Any]]
) -> dict[str, Score]:
    """The scores of further proxies, each tried on one architecture, by name and unit.

    Args:
        names: registered names or places.
        space: the space, with its limits.
        costs: by ``"params"`` and ``"macs"``, how the space is to count. A proxy gets what its
            class takes of these, so that it scores networks of the supernet's size.

    Raises:
        SettingsError: if one cannot be made from that, or does not score.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> scores = make_proxies(["params"], space, {"params": {"channels": 4}, "macs": {}})
        >>> scores["params (parameters)"](space.as_choices(space.parse_many(["003000"])))
        array([20294.])
    """
    found: dict[str, Score] = {}
    for name in names:
        proxy = _make(name, space, costs)
        way = f"{describe(name)} ({proxy.unit})"
        found[way] = _checked(way, proxy.score)
        found[way](space.sample_choices(np.random.default_rng(0), 1))
    return found


def _make(name: str, space: SearchSpace, costs: Mapping[str, Mapping[str, Any]]) -> Proxy:
    entry = PROXIES[name]
    taken = inspect.signature(entry.load()).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in taken):
        sizes = dict(costs.get(name, costs["params"]))
    else:
        known = {p.name for p in taken}
        sizes = {key: value for key, value in costs["macs"].items() if key in known}
    try:
        made = entry.load()(space, **{**sizes, **entry.settings})
    except TypeError as error:
        raise SettingsError(
            f"got the proxy {name!r}, which cannot be made from the space and the size of its "
            f"networks alone ({error}): name another one"
        ) from error
    if not isinstance(made, Proxy):
        raise SettingsError(f"got {kind_of(made)} from {name!r}, expected a proxy")
    return made


def _checked(way: str, score: Score) -> Score:
    def checked(choices: Choices) -> NDArray[np.float64]:
        values = np.asarray(score(choices), dtype=np.float64)
        if values.shape != (len(choices),) or not np.isfinite(values).all():
            raise SettingsError(
                f"got scores of {way} of shape {values.shape}, {np.isfinite(values).sum()} of them "
                f"finite, expected {len(choices)} finite ones: try the proxy with check_proxy"
            )
        return values

    return checked
