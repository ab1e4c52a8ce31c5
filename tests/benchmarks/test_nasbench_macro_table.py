"""NAS-Bench-Macro from its table: values, provenance, searches, and what is wrong with a file."""

import math

import numpy as np
import pytest

from archscout import search
from archscout.benchmarks import BENCHMARKS, benchmark_space, load_benchmark
from archscout.errors import TableError, UnknownNameError
from archscout.plugins import Entry
from archscout.spaces import load_space
from archscout.testing.objectives import check_objective

SPACE = load_space("nasbench-macro")
NAME = "nasbench-macro"
FILE = "nasbench_macro.csv.gz"


@pytest.fixture
def table(data_file):
    data_file(FILE)
    return load_benchmark(NAME)


def test_the_published_values(table):
    assert len(table) == 6561
    assert table.pool() is None
    best = SPACE.parse("22212220")
    assert table.measure(best, np.random.default_rng(0)).value == table.optimum
    assert round(table.optimum, 2) == 93.13
    assert round(float(table.values.mean()), 2) == 90.25
    assert round(float(table.values.min()), 2) == 45.36
    # A limit of 60M multiply-adds cannot be met by taking the largest network below it.
    macs = table.columns["macs"]
    within = np.flatnonzero(macs < 60e6)
    assert round(float(table.values[within].max()), 2) == 92.57
    assert round(float(table.values[within[macs[within].argmax()]]), 2) == 90.05
    assert round(float(table.values[macs.argmax()]), 2) == 92.95
    assert np.array_equal(table.columns["params"], SPACE.params_table(table.choices))
    assert np.array_equal(table.columns["macs"], SPACE.macs_table(table.choices))


def test_it_says_that_there_is_no_validation_split(table):
    assert "test accuracy" in table.name
    assert "no validation split" in table.provenance["split"]
    assert math.isnan(table.test_optimum)


@pytest.mark.parametrize("run", ["mean", "random"])
def test_it_passes_the_conformance_kit(run, data_file):
    data_file(FILE)
    check_objective(load_benchmark(NAME, run=run), SPACE, np.random.default_rng(0))


def test_a_search_buys_each_network_once(table):
    result = search(SPACE, table, "random", labels=200, seed=0, dedup="isomorphic")
    networks = SPACE.canonical_ids([label.architecture for label in result.labels])
    assert len(set(networks.tolist())) == 200


def test_its_space_is_found_by_declaration_and_else_from_the_table(monkeypatch, table):
    assert benchmark_space(NAME) == NAME
    assert benchmark_space("nasbench101-small") == "nasbench101"
    monkeypatch.setattr("archscout.testing.made_table", lambda: table, raising=False)
    monkeypatch.setitem(BENCHMARKS._entries, "own-table", Entry("archscout.testing:made_table", ""))
    assert benchmark_space("own-table") == NAME


ROW = {
    "arch": "22212220",
    "test_acc_seed0": "93.28",
    "test_acc_seed1": "93.33",
    "test_acc_seed2": "92.77",
    "params": "1985514",
    "flops": "85164544",
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"arch": "22212223"}, r"row 1 of mine\.csv is no architecture: .*'3' at place 8"),
        ({"test_acc_seed1": "high"}, "row 1 .*'high'.*finite number"),
        ({"test_acc_seed0": "930"}, "expected percent within 0..100"),
    ],
)
def test_wrong_rows(changed, words, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(f"{','.join(ROW)}\n{','.join({**ROW, **changed}.values())}\n")
    with pytest.raises(TableError, match=words):
        load_benchmark(NAME, path=path)
    path.write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n")
    assert load_benchmark(NAME, path=path).optimum == pytest.approx(93.1267, abs=1e-4)


def test_wrong_arguments(tmp_path, monkeypatch):
    path = tmp_path / "mine.csv"
    path.write_text("arch,params\n22212220,1\n")
    with pytest.raises(TableError, match="has no column 'test_acc_seed0'"):
        load_benchmark(NAME, path=path)
    with pytest.raises(UnknownNameError, match="Known: cifar10"):
        load_benchmark(NAME, path=path, dataset="cifar100")
    monkeypatch.delenv("ARCHSCOUT_DATA", raising=False)
    with pytest.raises(TableError, match=f"^{FILE} was not found"):
        load_benchmark(NAME)
