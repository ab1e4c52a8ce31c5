"""Limits on what an architecture may cost: multiply-adds, parameters or measured latency."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.plain import plain
from archscout.errors import ParseError, SettingsError, unknown_name
from archscout.spaces._architecture import Architectures, Choices
from archscout.spaces._whole import WholeSpace

UNITS = {"macs": "MACs", "params": "parameters", "latency": "ms"}
"""What can be limited, and the unit it is said in."""

_SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_TIMES = {"": 1.0, "us": 1e-3, "ms": 1.0, "s": 1e3}
_NUMBER = re.compile(r"(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)\s*([a-z]*)", re.ASCII)
_LARGEST = 1e18

LatencyOf = Callable[[Choices], NDArray[np.float64]]


@dataclass(frozen=True)
class Limit:
    """Bounds on one cost of an architecture; both ends are allowed.

    Args:
        what: ``"macs"``, ``"params"`` or ``"latency"`` (milliseconds).
        most: upper bound, or infinity.
        least: lower bound, 0 or more: a band keeps networks of about one size apart from all
            others, so that a score is not rewarded for size alone.
        settings: how the space's ``macs`` or ``params`` is to count, such as
            ``{"resolution": 16}``; kept as sorted pairs.
        measure: for ``"latency"``: gives milliseconds ``(n,)`` for choices ``(n, positions)``,
            such as a `LatencyTable <archscout.spaces.limits._latency.LatencyTable>`.

    Raises:
        UnknownNameError: if there is no such cost.
        SettingsError: if bounds cross, or ``measure`` is missing or does not belong.

    Examples:
        >>> Limit("macs", most=60e6).text
        'at most 60M MACs'
        >>> Limit("params", most=5.3e6, least=5e6).text
        '5M to 5.3M parameters'
    """

    what: str
    most: float = math.inf
    least: float = 0.0
    settings: Mapping[str, Any] | tuple[tuple[str, Any], ...] = ()
    measure: LatencyOf | None = None

    def __post_init__(self) -> None:
        if self.what not in UNITS:
            raise unknown_name("cost to limit", str(self.what), UNITS)
        for name in ("most", "least"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float | np.number):
                raise SettingsError(
                    f"got {name}={value!r}, expected a number: read a text with parse_amount"
                )
        if not 0 <= self.least <= self.most or (self.least == 0 and math.isinf(self.most)):
            raise SettingsError(
                f"got a limit of {self.least} to {self.most} {UNITS[self.what]}, expected a bound "
                "above or below, and the lower not above the upper"
            )
        if (self.what == "latency") != callable(self.measure):
            raise SettingsError(
                f"got measure={self.measure!r} for a limit on {self.what}, expected a function of "
                "choices for latency and None for all others"
            )
        # Pairs instead of a mapping, so that a limit is frozen and hashable.
        object.__setattr__(self, "settings", tuple(sorted(dict(self.settings).items())))

    def costs(self, space: WholeSpace, archs: Architectures) -> NDArray[np.float64]:
        """What architectures cost, ``(n,)``, in the unit of the limit.

        Raises:
            SettingsError: if the space cannot count with the settings, or the measured
                latencies have another shape or are no finite numbers.
        """
        choices = space.as_choices(archs)
        if self.measure is None:
            count = getattr(space, f"{self.what}_table")
            try:
                # The table may hand any settings on to the count of one architecture.
                for method in (count, getattr(space, self.what)):
                    inspect.signature(method).bind(choices, **dict(self.settings))
            except TypeError as error:
                raise SettingsError(
                    f"space {space.name!r} cannot count {UNITS[self.what]} with the settings "
                    f"{dict(self.settings)}: {error}"
                ) from None
            return np.asarray(count(choices, **dict(self.settings)), dtype=np.float64)
        found = np.asarray(self.measure(choices), dtype=np.float64)
        if found.shape != (len(choices),) or not np.isfinite(found).all():
            raise SettingsError(
                f"the latency function gave shape {found.shape} for {len(choices)} architectures, "
                "expected one finite number of milliseconds for each"
            )
        return found

    def excess(self, costs: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far costs ``(n,)`` are outside, as a share of the bound; 0 inside."""
        above = np.maximum(costs - self.most, 0) / max(self.most, 1e-9)
        below = np.maximum(self.least - costs, 0) / max(self.least, 1e-9)
        return np.asarray(above + below)

    @property
    def text(self) -> str:
        """The limit in words."""
        unit = UNITS[self.what]
        if math.isinf(self.most):
            return f"at least {amount_words(self.least, self.what)} {unit}"
        if self.least == 0:
            return f"at most {amount_words(self.most, self.what)} {unit}"
        ends = [amount_words(end, self.what) for end in (self.least, self.most)]
        return f"{ends[0]} to {ends[1]} {unit}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the record; bounds that are not set are left out."""
        bounds = {"most": self.most, "least": self.least}
        found: dict[str, Any] = {"what": self.what}
        found |= {k: float(v) for k, v in bounds.items() if v and not math.isinf(v)}
        if self.settings:
            found["settings"] = {key: plain(value) for key, value in dict(self.settings).items()}
        if self.measure is not None:
            # Two latencies are the same where they say so themselves.
            name = getattr(self.measure, "__qualname__", type(self.measure).__qualname__)
            found["measure"] = str(getattr(self.measure, "digest", name))
        return found


def amount_words(value: float, what: str = "macs") -> str:
    """Write an amount as `parse_amount` reads it, with up to six digits.

    Examples:
        >>> amount_words(60e6), amount_words(5_256_000), amount_words(3.5, "latency")
        ('60M', '5.256M', '3.5')
    """
    if what == "latency":
        return f"{value:g}"
    for suffix, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= scale:
            return f"{value / scale:.6g}{suffix}"
    return f"{value:.6g}"


def parse_amount(text: str | float, what: str = "macs") -> float:
    """Read an amount such as ``60M``, ``5.3M``, ``600e6`` or, for latency, ``3.5ms``.

    Args:
        text: a number with k, M or G behind it for counts; us, ms or s for latency, which is
            in milliseconds otherwise. Numbers pass through checked.
        what: ``"macs"``, ``"params"`` or ``"latency"``.

    Returns:
        The number, above 0; milliseconds for latency.

    Raises:
        ParseError: if it is no such amount.

    Examples:
        >>> parse_amount("60M"), parse_amount("600e6"), parse_amount("0.5 s", "latency")
        (60000000.0, 600000000.0, 500.0)
    """
    scales = _TIMES if what == "latency" else _SCALES
    wanted = "3.5ms or 0.1s" if what == "latency" else "60M, 5.3M or 600e6"
    words = str(text).strip().lower()
    found = _NUMBER.fullmatch(words) if len(words) < 40 else None
    if found is None or found[2] not in scales:
        raise ParseError(f"got {str(text)[:40]!r} as an amount of {UNITS[what]}, expected {wanted}")
    value = float(found[1]) * scales[found[2]]
    if not 0 < value <= _LARGEST:
        raise ParseError(
            f"got {text!r} as an amount of {UNITS[what]}, expected more than 0 and at most 1e18"
        )
    return value


def parse_limits(
    texts: Mapping[str, str | float | None], settings: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[Limit, ...]:
    """Make limits from texts by the names that options have.

    Args:
        texts: ``max_macs``, ``min_macs``, ``max_params``, ``min_params``; None is no bound.
        settings: by ``"macs"`` or ``"params"``, how the space is to count.

    Returns:
        One limit for each cost that is bounded.

    Raises:
        UnknownNameError, ParseError, SettingsError: if a text is wrong.

    Examples:
        >>> [limit.text for limit in parse_limits({"max_macs": "60M", "max_params": None})]
        ['at most 60M MACs']
    """
    bounds: dict[str, dict[str, float]] = {}
    known = {f"{end}_{what}" for end in ("max", "min") for what in ("macs", "params")}
    for name, text in texts.items():
        if name not in known:
            raise unknown_name("limit", name, known)
        end, _, what = name.partition("_")
        if text is not None:
            key = "most" if end == "max" else "least"
            bounds.setdefault(what, {})[key] = parse_amount(text, what)
    given = settings or {}
    return tuple(
        Limit(
            what,
            most=ends.get("most", math.inf),
            least=ends.get("least", 0.0),
            settings=given.get(what, {}),
        )
        for what, ends in bounds.items()
    )


def excess(space: WholeSpace, limits: Iterable[Limit], archs: Architectures) -> NDArray[np.float64]:
    """How far valid architectures are outside the limits, ``(n,)``; 0 where all are kept.

    An architecture costs what the one that the space lists for it costs.
    """
    listed = space.representatives(archs)
    total = np.zeros(len(listed))
    for limit in limits:
        total += limit.excess(limit.costs(space, listed))
    return total
