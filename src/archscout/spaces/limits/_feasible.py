"""What the architectures of a space cost, at least and at most."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archscout.errors import SettingsError
from archscout.spaces._architecture import Choices
from archscout.spaces._draws import listed_choices
from archscout.spaces._whole import WholeSpace
from archscout.spaces.limits._cost_table import cost_table
from archscout.spaces.limits._limit import UNITS, Limit
from archscout.spaces.limits._repair import repair

_STARTS, _ROUNDS = 64, 2000


class CostRange(NamedTuple):
    """Least and greatest cost; ``exact`` is False where both were only searched for."""

    least: float
    most: float
    exact: bool


def cost_range(space: WholeSpace, limit: Limit) -> CostRange:
    """Find the range of the cost that a limit is on, whatever the limit's bounds.

    It is exact where the cost adds up over decisions and where the space can be listed; elsewhere
    it is the best of a search by single changes.
    """
    table = cost_table(space, limit)
    if table is not None:
        return CostRange(*table.range, exact=True)
    if (rows := listed_choices(space)) is not None:
        costs = limit.costs(space, rows)
        return CostRange(float(costs.min()), float(costs.max()), exact=True)
    rng = np.random.default_rng(0)
    starts = space.sample_choices(rng, _STARTS)

    def found(score: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float64]:
        def excess(rows: Choices) -> NDArray[np.float64]:
            return np.where(space.valid(rows), score(limit.costs(space, rows)), math.inf)

        rows, _ = repair(starts, space.option_counts, excess, rng, rounds=_ROUNDS)
        return limit.costs(space, rows)

    # Neither score is ever 0, so that the search goes on to its last round.
    least = found(lambda costs: costs + 1e-9).min()
    most = found(lambda costs: 1 / (1 + costs)).max()
    return CostRange(float(least), float(most), exact=False)


def unreachable(space: WholeSpace, limits: tuple[Limit, ...]) -> SettingsError:
    """The error for limits that no architecture of a space keeps."""
    words = " and ".join(limit.text for limit in limits)
    ranges = [(limit, cost_range(space, limit)) for limit in limits]
    for limit, (least, most, exact) in ranges:
        if limit.most < least or limit.least > most:
            about = "" if exact else "about "
            near = f"at least {_number(least, limit)}"
            if limit.least > most:
                near = f"at most {_number(most, limit)}"
            return SettingsError(
                f"no architecture of space {space.name!r} has {limit.text}: they have {about}"
                f"{_number(least, limit)} to {_number(most, limit)} {UNITS[limit.what]}, so allow "
                f"{about}{near}"
            )
    spans = [
        f"{_number(found.least, limit)} to {_number(found.most, limit)} {UNITS[limit.what]}"
        for limit, found in ranges
    ]
    return SettingsError(
        f"no architecture of space {space.name!r} was found with {words}: they have "
        f"{' and '.join(spans)}, but none of them keeps this, so allow a wider range"
    )


def _number(value: float, limit: Limit) -> str:
    return f"{value:.4g}" if limit.what == "latency" else f"{value:,.0f}"
