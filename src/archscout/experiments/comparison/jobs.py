"""One search of a comparison: what a worker is given, and the record that it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archscout._common.own_state import own_state
from archscout.experiments.comparison.spec import BenchmarkSpec
from archscout.spaces.index import ChoiceIndex
from archscout.study.ledger import Dedup

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SearchJob:
    """One strategy with one seed.

    Args:
        label: what the strategy is called in this comparison.
        strategy: its registered name.
        settings: its settings.
        seed: seed of the strategy and of the table's random runs.
        benchmark: the table.
        labels: budget.
        dedup: ``"exact"`` or ``"isomorphic"``.
    """

    label: str
    strategy: str
    seed: int
    benchmark: BenchmarkSpec
    labels: int
    dedup: Dedup = "exact"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.label} with seed {self.seed}"


@dataclass(frozen=True)
class RunRecord:
    """What one search bought, and what the table says of it now that the search is over.

    Args:
        strategy: the job's label.
        seed: the job's seed.
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


@own_state()
def run_search(job: SearchJob) -> RunRecord:
    """Run one search; its record keeps the table's means only after it has ended.

    Args:
        job: the strategy, seed and table.

    Returns:
        The record of every label.

    Raises:
        ArchscoutError: if the strategy refuses its settings or budget.
    """
    from archscout.study.loop import search

    table = job.benchmark.load()
    result = search(
        table.space,
        table,
        job.strategy,
        labels=job.labels,
        seed=job.seed,
        settings=dict(job.settings),
        dedup=job.dedup,
        keep_going=True,  # a row that failed is what the table says, and no bug to repair
    )
    archs = [label.architecture for label in result.labels]
    # A cell may have been bought in another writing than the one that the table lists.
    listed = table.space.representatives(archs)
    rows = ChoiceIndex(table.space.option_counts, table.choices).rows(listed)
    known = rows >= 0
    return RunRecord(
        strategy=job.label,
        seed=job.seed,
        architectures=[table.space.format(arch) for arch in archs],
        values=np.array([label.value for label in result.labels], dtype=np.float64),
        mean_values=np.where(known, table.values[rows], np.nan),
        test_values=np.where(known, table.test_values[rows], np.nan),
        seconds=np.array([label.seconds for label in result.labels], dtype=np.float64),
        wall_seconds=float(result.wall_seconds),
        requests=int(result.requests),
        repeats=int(result.repeats),
        stopped=str(result.stopped),
    )
