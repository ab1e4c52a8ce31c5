"""From the records of all searches to matrices: one row a seed, one column a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from archscout.results._yardsticks import Yardsticks
from archscout.stats import incumbents, labels_to_reach

Floats = NDArray[np.float64]
_COLUMNS = ("values", "mean_values", "test_values", "seconds")
_FACTS = ("seed", "wall_seconds", "requests", "repeats", "stopped")


@dataclass(frozen=True)
class RunRecord:
    """What one search bought, and what the table says of it now that the search is over.

    Args:
        strategy: what the strategy is called.
        seed: of the search.
        architectures: standard texts of the bought architectures, in buying order.
        values: ``(bought,)`` values that the strategy saw; NaN for failed.
        mean_values: ``(bought,)`` mean search values of the table.
        test_values: ``(bought,)`` mean test values of the table; NaN where it has none.
        seconds: ``(bought,)`` price of each label in seconds of training.
        wall_seconds: time that the search took here.
        requests: how often the strategy asked for a value.
        repeats: how often it asked for one that it had, at no cost.
        stopped: why the search ended.
    """

    strategy: str
    seed: int
    architectures: list[str]
    values: Floats
    mean_values: Floats
    test_values: Floats
    seconds: Floats
    wall_seconds: float
    requests: int
    repeats: int
    stopped: str

    def to_part(self) -> dict[str, Any]:
        """All but the name and the seed, for plain values."""
        facts = vars(self).copy()
        del facts["strategy"], facts["seed"]
        return facts

    @classmethod
    def from_part(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_part` gave; ``facts`` also hold the name and the seed."""
        # Plain values have None for NaN, and NumPy reads it so.
        kept: dict[str, Any] = {name: np.array(facts[name], np.float64) for name in _COLUMNS}
        kept |= {name: facts[name] for name in ("architectures", *_FACTS)}
        return cls(strategy=facts["name"], **kept)


@dataclass(frozen=True)
class Curves:
    """All searches of one strategy, as far as the comparison looks at them.

    Args:
        strategy: what it is called.
        runs: its records, by ascending seed.
        regrets: by measure (``"test regret"``, ``"validation regret"``) the regret of the
            incumbent after each label, ``(seeds, budget)``.
        to_top: by mark (1, 10) the labels that each seed needed; None if it never got there.
    """

    strategy: str
    runs: list[RunRecord]
    regrets: dict[str, Floats]
    to_top: dict[int, list[int | None]]

    @property
    def seeds(self) -> list[int]:
        """Seeds of the rows."""
        return [run.seed for run in self.runs]


def make_curves(
    strategy: str, runs: Sequence[RunRecord], yardsticks: Yardsticks, budget: int
) -> Curves:
    """Follow the incumbent of each search: the best value that the strategy saw so far.

    The incumbent is chosen by search values, as the strategy saw them, and judged by the
    table's means. Before a label succeeds its regret is that of the worst architecture; after
    a search ended early its last incumbent stays.
    """
    ordered = sorted(runs, key=lambda run: run.seed)
    sign = 1.0 if yardsticks.direction == "maximize" else -1.0
    judged = {"validation regret": [run.mean_values for run in ordered]}
    if yardsticks.has_test:
        judged["test regret"] = [run.test_values for run in ordered]
    places = [incumbents(sign * run.values) for run in ordered]
    regrets = {
        measure: np.stack(
            [
                yardsticks.regrets(_held(values, held, budget), measure)
                for values, held in zip(columns, places, strict=True)
            ]
        )
        for measure, columns in judged.items()
    }
    marks = {1: yardsticks.top1, 10: yardsticks.top10}
    to_top = {
        mark: [labels_to_reach(sign * run.mean_values, sign * value) for run in ordered]
        for mark, value in marks.items()
    }
    return Curves(strategy, ordered, regrets, to_top)


def incumbent_columns(run: RunRecord, yardsticks: Yardsticks) -> tuple[Floats, Floats, Floats]:
    """Best value so far, and the mean search and test value of that incumbent.

    Each has a number a label; NaN until the first label that did not fail.
    """
    sign = 1.0 if yardsticks.direction == "maximize" else -1.0
    places, bought = incumbents(sign * run.values), len(run.values)
    return (
        _held(run.values, places, bought),
        _held(run.mean_values, places, bought),
        _held(run.test_values, places, bought),
    )


def _held(values: Floats, places: NDArray[np.int64], length: int) -> Floats:
    """Values at the incumbents' places, the last one held up to ``length``; NaN before any."""
    held = np.full(length, np.nan)
    known = np.flatnonzero(places >= 0)
    held[known] = values[places[known]]
    if len(places):
        held[len(places) :] = held[len(places) - 1]
    return held
