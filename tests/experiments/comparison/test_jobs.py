"""The record of one search: values are those of the table, however a cell was written."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from archscout.experiments import BenchmarkSpec
from archscout.experiments._candidates import Candidate
from archscout.experiments.comparison._jobs import SearchJob, run_search

FILE = Path(os.environ.get("ARCHSCOUT_DATA", "")) / "nasbench101_measured.csv.gz"


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("ARCHSCOUT_DATA") or not FILE.is_file(),
    reason="ARCHSCOUT_DATA names no folder with nasbench101_measured.csv.gz",
)
def test_cells_bought_in_another_writing_keep_their_mean_value() -> None:
    spec = BenchmarkSpec.named("nasbench101-measured")
    job = SearchJob(Candidate("evolution", "evolution"), 90, 0, spec, "isomorphic")
    record = run_search(job)
    table = spec.load()
    archs = [table.space.parse(text) for text in record.architectures]
    rewritten = (table.space.representatives(archs) != table.space.as_choices(archs)).any(axis=1)
    assert rewritten.any()
    # Single runs: what the search saw is the mean.
    np.testing.assert_allclose(record.mean_values, record.values)
