"""Tables and other objectives within limits: pool, optimum, ranks, and what does not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archscout import search
from archscout.benchmarks import TableBenchmark, load_benchmark
from archscout.errors import SettingsError, StorageError
from archscout.experiments import BenchmarkSpec, compare
from archscout.objectives._objective import Measurement
from archscout.spaces import load_space
from archscout.spaces.limits._limit import Limit
from archscout.study.ledger import Ledger
from archscout.testing.objectives import check_objective

CELLS = load_space("nasbench201")
LIMIT = Limit("macs", most=30e6)
SMALL = CELLS.within(LIMIT)


@pytest.fixture(scope="module")
def table() -> TableBenchmark:
    """A part of the space, so that the table has a pool; larger is better."""
    rows = CELLS.all_choices()[::7]
    values = 1 + CELLS.macs_table(rows) / 1e7 + np.arange(len(rows)) / 1e5
    return TableBenchmark(CELLS, rows, values, name="part", test_values=values - 1)


def test_what_is_outside_does_not_exist(table: TableBenchmark) -> None:
    small = table.within(SMALL)
    inside = CELLS.macs_table(table.choices) <= 30e6
    assert np.array_equal(small.choices, table.choices[inside])
    assert small.optimum == table.values[inside].max() < table.optimum
    assert small.test_optimum == small.optimum - 1
    assert small.name == "part, at most 30M MACs"
    assert small.rank(small.optimum) == 1
    assert small.digest() != table.digest()
    assert small.within(SMALL) is small
    assert table.within(CELLS) is table
    check_objective(small)


@pytest.mark.parametrize("strategy", ["random", "evolution", "local", "optuna:random"])
def test_a_search_of_the_limited_space_stays_in_the_pool(
    table: TableBenchmark, strategy: str
) -> None:
    settings = {"population": 8, "retries": 5} if strategy == "evolution" else {}
    result = search(SMALL, table, strategy, labels=30, settings=settings)
    archs = [label.architecture for label in result.labels]
    assert len(archs) == 30
    assert CELLS.macs_table(archs).max() <= 30e6
    assert not any(label.failed for label in result.labels)
    assert result.standing["of"] == len(table.within(SMALL))
    assert result.manifest["limits"] == [{"what": "macs", "most": 30e6}]
    assert "at most 30M MACs" in result.objective


def test_the_whole_table_of_a_space_needs_no_pool() -> None:
    rows = CELLS.all_choices()
    whole = TableBenchmark(CELLS, rows, rows.sum(axis=1).astype(float), name="whole")
    small = whole.within(SMALL)
    assert len(small) == len(SMALL)
    assert small.pool() is None
    result = search(SMALL, whole, "local", labels=60)
    assert CELLS.macs(result.best.architecture) <= 30e6
    with pytest.raises(SettingsError, match=f"holds {len(SMALL):,} architectures"):
        search(SMALL, whole, "random", labels=15_000)


def test_other_objectives_with_a_pool_are_limited_too() -> None:
    class Part:
        name, unit, direction = "mine", "score", "maximize"

        def measure(self, arch: object, rng: object) -> Measurement:
            return Measurement(1.0)

        def pool(self) -> np.ndarray:
            return CELLS.all_choices()[::100]

        def test_value(self, arch: object) -> float:
            return float("nan")

    ledger = Ledger(SMALL, Part(), 5)  # type: ignore[arg-type]
    assert ledger.pool is not None
    assert CELLS.macs_table(ledger.pool).max() <= 30e6
    result = search(SMALL, Part(), "random", labels=5)  # type: ignore[arg-type]
    assert len(result.labels) == 5
    tiny = CELLS.within(Limit("macs", most=1e9, least=220e6))
    with pytest.raises(SettingsError, match="none of the 157 architectures that 'mine'"):
        search(tiny, Part(), "random", labels=1)  # type: ignore[arg-type]


def test_limits_that_do_not_fit_each_other_are_refused(table: TableBenchmark) -> None:
    small = table.within(SMALL)
    other = CELLS.within(Limit("macs", most=40e6))
    for space in (CELLS, other):
        with pytest.raises(SettingsError, match="expected the same limits"):
            search(space, small, "random", labels=2)
    few = TableBenchmark(
        CELLS, CELLS.parse_many(["333333", "333330"]), np.array([90.0, 91.0]), name="few"
    )
    with pytest.raises(SettingsError, match="no architecture of table 'few' has at most 30M MACs"):
        few.within(SMALL)


def test_a_record_is_of_one_limit(table: TableBenchmark, tmp_path: Path) -> None:
    journal = tmp_path / "journal.log"
    first = search(SMALL, table, "random", labels=4, storage=journal)
    again = search(SMALL, table, "random", labels=8, storage=journal)
    assert again.labels[:4] == first.labels
    for space in (CELLS, CELLS.within(Limit("macs", most=40e6))):
        with pytest.raises(StorageError, match=r"holds a search with .*limits"):
            search(space, table, "random", labels=8, storage=journal)


def test_a_comparison_is_within_limits() -> None:
    spec = BenchmarkSpec("nasbench201", settings=(("dataset", "cifar10"),), limits=(LIMIT,))
    assert spec.to_dict()["limits"] == [{"what": "macs", "most": 30e6}]
    result = compare(spec.load().space, spec, ["random", "local"], labels=5, seeds=2, workers=1)
    archs = [CELLS.parse(text) for text in result.labels["architecture"]]
    assert CELLS.macs_table(archs).max() <= 30e6
    assert result.yardsticks.optimum == spec.load().optimum < load_benchmark("nasbench201").optimum
