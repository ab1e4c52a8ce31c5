"""How architectures within limits are drawn: rejected, listed, counted, or repaired."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from archscout.errors import SettingsError
from archscout.spaces._architecture import Choices
from archscout.spaces._draws import gather, listed_choices
from archscout.spaces._whole import WholeSpace
from archscout.spaces.limits._cost_table import Draws, cost_table
from archscout.spaces.limits._limit import Limit
from archscout.spaces.limits._repair import ExcessOf, repair

_SEED = 20100  # Fixes what is looked at once to learn about a space; no search draws from it.
_PROBES = 4096
_REJECT = 0.02  # At most about fifty draws for one that is kept.
_MOST = 200_000
_EMPTY = 200
_STARTS, _LONG = 32, 2000


class LimitedDraws:
    """Draws from the part ``space`` of a ``base`` that limits leave."""

    def __init__(
        self, space: WholeSpace, base: WholeSpace, limits: Sequence[Limit], excess: ExcessOf
    ) -> None:
        self.space, self.base, self.limits, self.excess = space, base, limits, excess

    def draw(self, rng: np.random.Generator, n: int) -> Choices:
        """Draw ``n`` architectures within the limits, with replacement."""

        def draw(missing: int) -> Choices:
            # As many as are likely needed, but never so many that memory runs out.
            drawn = self._draw(rng, min(int(1.1 * missing / self.share) + 8, _MOST))
            inside: Choices = drawn[self.excess(drawn) == 0]
            return inside

        found = gather(self.base, draw, n, _EMPTY)
        if len(found) < n:
            raise SettingsError(
                f"found no architecture of {self.space!r} in {_EMPTY} rounds of drawing: "
                "allow a wider range"
            )
        return found

    def _draw(self, rng: np.random.Generator, n: int) -> Choices:
        if self.way == "list":
            rows = self.space.all_choices()
            return rows[rng.integers(len(rows), size=n)]
        if self.way == "count" and self.counted is not None:
            return self.counted.draw(rng, n, len(self.base.variables))
        drawn = self.base.as_choices(self.base.sample_choices(rng, n))
        if self.way == "repair":
            drawn, _ = repair(drawn, self.base.option_counts, self.excess, rng)
        return drawn

    @property
    def way(self) -> str:
        """``"reject"``, ``"list"``, ``"count"`` or ``"repair"``."""
        return self._found[0]

    @property
    def share(self) -> float:
        """About the share of draws that are within the limits."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[str, float]:
        share = float((self.excess(self._probes) == 0).mean())
        if share >= _REJECT:
            return "reject", share
        if listed_choices(self.space) is not None:
            return "list", 1.0
        if self.counted is not None:
            drawn = self.counted.draw(
                np.random.default_rng(_SEED), _PROBES, len(self.base.variables)
            )
            share = float((self.excess(drawn) == 0).mean()) if len(drawn) else 0.0
            if share >= _REJECT:
                return "count", share
        return "repair", 1.0

    @cached_property
    def _probes(self) -> Choices:
        rng = np.random.default_rng(_SEED)
        return self.base.as_choices(self.base.sample_choices(rng, _PROBES))

    @cached_property
    def counted(self) -> Draws | None:
        """Draws for the limit that is hardest to keep; None where no limited cost adds up."""
        found: list[tuple[float, Draws]] = []
        for limit in self.limits:
            table = cost_table(self.base, limit)
            if table is not None:
                outside = limit.excess(limit.costs(self.base, self._probes)) > 0
                found.append((float(outside.mean()), Draws(table, limit)))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def any(self) -> bool:
        """Whether a single architecture within the limits is found; exact in listed spaces."""
        for limit in self.limits:
            table = cost_table(self.base, limit)
            if table is not None:
                least, most = table.range
                if limit.most < least or limit.least > most:
                    return False
        if (self.excess(self._probes) == 0).any():
            return True
        if (rows := listed_choices(self.space)) is not None:
            return len(rows) > 0
        if self.way == "count":
            return True
        rng, starts = np.random.default_rng(_SEED), self._probes[:_STARTS]
        counts = self.base.option_counts
        _, inside = repair(starts, counts, self.excess, rng, rounds=_LONG)
        return bool(inside.any())
