"""One search of a comparison: what a worker is given, and the record that it hands back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from archscout._common.own_state import own_state
from archscout.experiments.benchmark_spec import BenchmarkSpec
from archscout.results.regrets import RunRecord
from archscout.spaces.index import ChoiceIndex
from archscout.study.arguments import StrategyFactory
from archscout.study.ledger import Dedup


@dataclass(frozen=True)
class SearchJob:
    """One strategy with one seed.

    Args:
        label: what the strategy is called in this comparison.
        strategy: its registered name, place, class or function.
        settings: its settings.
        seed: seed of the strategy and of the table's random runs.
        benchmark: the table.
        labels: budget.
        dedup: ``"exact"`` or ``"isomorphic"``.
    """

    label: str
    strategy: str | StrategyFactory
    seed: int
    benchmark: BenchmarkSpec
    labels: int
    dedup: Dedup = "exact"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.label} with seed {self.seed}"


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
