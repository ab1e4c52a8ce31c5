"""Latency of networks on this machine, as one number of milliseconds for each operation.

A few hundred random networks are built and timed whole: one thread, one batch, the median of
some repetitions after a warm-up. A table with one number for each option of each decision is
fitted to them by least squares, so that it adds up to the latency of any network; some more
networks, which the fit has not seen, check it. Timing whole networks keeps what operations
cost one another (memory, caches); what does not add up shows in the check.

torch is imported only when something is measured.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import own_state
from archscout._common.plain import plain
from archscout._common.writing import write_json
from archscout.errors import SettingsError, StorageError
from archscout.spaces._architecture import Choices
from archscout.spaces._whole import WholeSpace

if TYPE_CHECKING:
    import torch

_RIDGE = 1e-3


@dataclass(frozen=True, eq=False)
class LatencyTable:
    """Milliseconds of a network as a sum over its decisions; call it with choices.

    Args:
        space: name of the space.
        fixed: milliseconds that every network takes.
        prices: milliseconds ``(options,)`` of each decision, added to ``fixed``.
        checks: networks that the fit has not seen: milliseconds ``measured`` and ``estimated``.
        facts: how and where it was measured; plain values.

    Examples:
        >>> table = LatencyTable("toy", 1.0, (np.array([0.0, 2.0]), np.array([0.5, 0.0])))
        >>> table(np.array([[1, 0], [0, 1]]))
        array([3.5, 1. ])
    """

    space: str
    fixed: float
    prices: tuple[NDArray[np.float64], ...]
    checks: tuple[dict[str, float], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, choices: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
        """Estimated milliseconds of choices ``(n, positions)``, ``(n,)``."""
        total = np.full(len(choices), self.fixed)
        for position, prices in enumerate(self.prices):
            total += prices[choices[:, position]]
        return total

    @property
    def cost_groups(self) -> tuple[tuple[int, ...], ...]:
        """The decisions whose milliseconds add up: each for itself."""
        return tuple((position,) for position in range(len(self.prices)))

    @property
    def error(self) -> float:
        """Mean distance of estimate and measurement over the checks, as a share; NaN without."""
        shares = [abs(c["estimated"] - c["measured"]) / c["measured"] for c in self.checks]
        return float(np.mean(shares)) if shares else float("nan")

    @property
    def digest(self) -> str:
        """Fingerprint of the numbers, by which a record knows the table again."""
        numbers = np.concatenate([[self.fixed], *self.prices])
        return hashlib.sha256(self.space.encode() + numbers.tobytes()).hexdigest()[:16]

    def save(self, path: str | Path) -> None:
        """Write the table as JSON, so that a later search has the very same limit."""
        rows = [prices.tolist() for prices in self.prices]
        data = {"space": self.space, "fixed": self.fixed, "prices": rows}
        write_json(Path(path), {**data, "checks": list(self.checks), "facts": plain(self.facts)})

    @classmethod
    def load(cls, path: str | Path) -> LatencyTable:
        """Read what `save` wrote.

        Raises:
            StorageError: if it cannot be read or is no such table.
        """
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
            prices = tuple(np.array(list(map(_finite, row))) for row in data["prices"])
            checks = tuple(dict(check) for check in data["checks"])
            return cls(str(data["space"]), _finite(data["fixed"]), prices, checks, data["facts"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{path} is not a table of latencies ({error}): give a file that save() wrote"
            ) from None


def _finite(number: Any) -> float:
    """A number of a file as it is; raises `ValueError` if it is a text, infinite or nothing."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise ValueError(f"{number!r:.40} is no finite number")
    return float(number)


@own_state()
def fit_latency(
    space: WholeSpace,
    choices: Choices,
    milliseconds: NDArray[np.float64],
    checks: int,
    facts: Mapping[str, Any] | None = None,
) -> LatencyTable:
    """Fit a table to measured networks; the last ``checks`` of them only check it.

    Args:
        space: the space of the networks.
        choices: ``(n, positions)`` the networks.
        milliseconds: ``(n,)`` their measured latencies.
        checks: how many at the end are kept from the fit, 0 or more.
        facts: kept in the table.
    """
    counts = space.option_counts.tolist()
    columns = np.concatenate(
        [np.eye(count)[choices[:, place]] for place, count in enumerate(counts)], axis=1
    )
    used = len(choices) - checks
    mean = milliseconds[:used].mean()
    # One-hot columns are not independent; the ridge picks the smallest of equal tables.
    gram = columns[:used].T @ columns[:used] + _RIDGE * np.eye(columns.shape[1])
    weights = np.linalg.solve(gram, columns[:used].T @ (milliseconds[:used] - mean))
    ends = np.cumsum(counts)[:-1]
    estimated = mean + columns[used:] @ weights
    pairs = zip(milliseconds[used:].tolist(), estimated.tolist(), strict=True)
    seen = tuple({"measured": measured, "estimated": estimate} for measured, estimate in pairs)
    prices = tuple(np.split(weights, ends))
    return LatencyTable(space.name, float(mean), prices, seen, dict(facts or {}))


@own_state()
def measure_latency(
    space: WholeSpace,
    rng: np.random.Generator,
    *,
    resolution: int,
    networks: int | None = None,
    checks: int = 10,
    repetitions: int = 5,
    batch: int = 1,
    settings: Mapping[str, Any] | None = None,
) -> LatencyTable:
    """Measure random networks on this machine's processor and fit a table to them.

    Leave the machine alone meanwhile; look at the table's ``error`` before it is trusted.

    Args:
        space: the space.
        rng: draws the networks.
        resolution: height and width of the image.
        networks: how many networks the table is fitted to; None takes three for each option.
        checks: how many more check it.
        repetitions: runs of a network, of which the median counts; 1 or more.
        batch: images a run, 1 or more.
        settings: how `build` is to make the networks, such as ``{"channels": 8}``.

    Raises:
        SettingsError: if a number is out of range.
    """
    import torch

    wanted = int(3 * space.option_counts.sum()) if networks is None else networks
    if min(wanted, repetitions, batch, resolution) < 1 or checks < 0:
        raise SettingsError(
            f"got networks={networks}, repetitions={repetitions}, batch={batch}, "
            f"resolution={resolution} and checks={checks}, expected 1 or more of each, and 0 or "
            "more checks"
        )
    choices = space.sample_choices(rng, wanted + checks)
    with _one_thread():
        images = torch.zeros(batch, 3, resolution, resolution)
        found = []
        for arch in space.architectures(choices):
            generator = torch.Generator().manual_seed(0)
            network = space.build(arch, generator=generator, **(settings or {})).eval()
            found.append(_milliseconds(network, images, repetitions))
    facts = {
        "processor": platform.processor() or platform.machine(),
        "torch": str(torch.__version__),
        "threads": 1,
        "networks": wanted,
        "repetitions": repetitions,
        "batch": batch,
        "resolution": resolution,
        "settings": dict(settings or {}),
    }
    return fit_latency(space, choices, np.array(found), checks, facts)


def _milliseconds(network: torch.nn.Module, images: torch.Tensor, repetitions: int) -> float:
    """Median milliseconds of a network, after one run that does not count."""
    import torch

    seconds = []
    with torch.inference_mode():
        for _ in range(repetitions + 1):
            started = time.perf_counter()
            network(images)
            seconds.append(time.perf_counter() - started)
    return float(np.median(seconds[1:])) * 1e3


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
