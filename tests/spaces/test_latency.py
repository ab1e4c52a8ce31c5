"""Latency tables: the fit finds what adds up, the check tells what does not, files keep all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from archscout.errors import SettingsError, StorageError
from archscout.spaces import NASBenchMacro
from archscout.spaces.limits._feasible import cost_range
from archscout.spaces.limits._latency import LatencyTable, fit_latency, measure_latency
from archscout.spaces.limits._limit import Limit

SPACE = NASBenchMacro()
PRICES = np.random.default_rng(3).random((8, 3))


def milliseconds(rows: np.ndarray) -> np.ndarray:
    return np.asarray(5 + PRICES[np.arange(8), rows].sum(axis=1))


@pytest.fixture(scope="module")
def table() -> LatencyTable:
    rows = SPACE.sample_choices(np.random.default_rng(0), 100)
    return fit_latency(SPACE, rows, milliseconds(rows), checks=10)


def test_the_fit_finds_latencies_that_add_up(table: LatencyTable) -> None:
    rows = SPACE.all_choices()
    assert np.allclose(table(rows), milliseconds(rows), atol=1e-3)
    assert len(table.checks) == 10
    assert table.error < 1e-3


def test_the_check_tells_of_latencies_that_do_not_add_up() -> None:
    rows = SPACE.sample_choices(np.random.default_rng(0), 100)
    odd = 5 + 5.0 * (rows.sum(axis=1) % 2)
    assert fit_latency(SPACE, rows, odd, checks=30).error > 0.2


def test_a_limit_on_a_table_has_an_exact_range_and_draws(table: LatencyTable) -> None:
    limit = Limit("latency", most=8.0, measure=table)
    space = SPACE.within(limit)
    rows = SPACE.all_choices()
    assert np.array_equal(space.all_choices(), rows[table(rows) <= 8.0])
    found = cost_range(SPACE, limit)
    assert found.exact
    assert (found.least, found.most) == pytest.approx((table(rows).min(), table(rows).max()))
    with pytest.raises(SettingsError, match=r"has at most 1 latency|has at most 1 ms: they have"):
        SPACE.within(Limit("latency", most=1.0, measure=table))


def test_files_keep_a_table(table: LatencyTable, tmp_path: Path) -> None:
    table.save(tmp_path / "table.json")
    again = LatencyTable.load(tmp_path / "table.json")
    assert again.digest == table.digest
    assert again.checks == table.checks
    assert np.array_equal(again(SPACE.all_choices()), table(SPACE.all_choices()))
    assert Limit("latency", most=8, measure=again).to_dict()["measure"] == table.digest
    (tmp_path / "table.json").write_text("{}")
    with pytest.raises(StorageError, match="not a table of latencies"):
        LatencyTable.load(tmp_path / "table.json")


@pytest.mark.parametrize("number", ['"1_0"', "NaN", "Infinity", "true", "null"])
def test_a_file_whose_numbers_are_none_is_refused(
    table: LatencyTable, tmp_path: Path, number: str
) -> None:
    path = tmp_path / "table.json"
    for name in ("fixed", "prices"):
        table.save(path)
        data = json.loads(path.read_text())
        data[name] = [["x", 2.0]] if name == "prices" else "x"
        path.write_text(json.dumps(data).replace('"x"', number))
        with pytest.raises(StorageError, match="no finite number"):
            LatencyTable.load(path)


def test_networks_are_measured_in_one_thread() -> None:
    import torch

    before = torch.get_num_threads()
    found = measure_latency(
        SPACE, np.random.default_rng(0), resolution=8, networks=4, checks=2, repetitions=1,
        settings={"channels": 2},
    )  # fmt: skip
    assert torch.get_num_threads() == before
    assert found.facts["threads"] == 1
    assert all(check["measured"] > 0 for check in found.checks)
    assert np.isfinite(found(SPACE.all_choices())).all()
    with pytest.raises(SettingsError, match="expected 1 or more of each"):
        measure_latency(SPACE, np.random.default_rng(0), resolution=8, networks=0)
