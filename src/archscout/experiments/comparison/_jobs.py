"""One search of a comparison: what a worker is given, and the record that it hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from archscout._common.own_state import own_state
from archscout.experiments._frame import Job
from archscout.results._regrets import RunRecord
from archscout.spaces._index import ChoiceIndex
from archscout.study.ledger import Dedup


@dataclass(frozen=True)
class SearchJob(Job):
    """One strategy with one seed, which decides the table's random runs too."""

    dedup: Dedup = "exact"


@own_state()
def run_search(job: SearchJob) -> RunRecord:
    """Run one search; its record keeps the table's means only after it has ended."""
    from archscout.study._loop import search

    table = job.benchmark.load()
    result = search(
        table.space,
        table,
        job.candidate.part,
        labels=job.labels,
        seed=job.seed,
        settings=dict(job.candidate.settings),
        dedup=job.dedup,
        keep_going=True,  # a row that failed is what the table says, and no bug to repair
    )
    archs = [label.architecture for label in result.labels]
    # A cell may have been bought in another writing than the one that the table lists.
    listed = table.space.representatives(archs)
    rows = ChoiceIndex(table.space.option_counts, table.choices).rows(listed)
    known = rows >= 0
    return RunRecord(
        strategy=job.candidate.name,
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
