"""NAS-Bench-101 from the measured rows and from the small cells that were trained anew."""

import gzip
import math

import numpy as np
import pytest

from archscout import search
from archscout.benchmarks import BENCHMARKS, load_benchmark
from archscout.errors import SettingsError, TableError, UnknownNameError
from archscout.spaces import load_space
from archscout.testing.objectives import check_objective

SPACE = load_space("nasbench101")
MEASURED = "nasbench101_measured.csv.gz"
SMALL = "nasbench101_small_cells_retrained.csv.gz"
NAMES = {"nasbench101-measured": MEASURED, "nasbench101-small": SMALL}
RUN = np.random.default_rng(0)


@pytest.fixture
def measured(data_file):
    data_file(MEASURED)
    return load_benchmark("nasbench101-measured")


@pytest.fixture
def small(data_file):
    data_file(SMALL)
    return load_benchmark("nasbench101-small")


# --- the files themselves -----------------------------------------------------------------------
@pytest.mark.slow
def test_the_measured_rows(measured, data_file):
    assert len(measured) == len(measured.pool()) == 20_001
    with gzip.open(data_file(MEASURED), "rt") as file:
        header, first = (next(file).strip().split(",") for _ in range(2))
    row = dict(zip(header, first, strict=True))
    arch = SPACE.parse(f"{row['adj_bits']}:{row['ops']}")
    assert SPACE.canonical_id(arch) == row["hash"]
    bought = measured.measure(arch, RUN)
    assert bought.value == pytest.approx(100 * float(row["valid_108ep"]))
    assert bought.seconds == float(row["train_seconds_108ep"])
    assert measured.columns["params"][0] == float(row["params"]) == SPACE.params(arch)
    assert math.isnan(measured.test_value(arch))
    short = load_benchmark("nasbench101-measured", epochs=12)
    assert short.measure(arch, RUN).value == pytest.approx(100 * float(row["valid_12ep"]))
    assert short.measure(arch, RUN).seconds == pytest.approx(bought.seconds / 9)


@pytest.mark.slow
def test_only_measured_cells_can_be_bought(measured):
    held = set(SPACE.indices(measured.pool()).tolist())
    assert len(held) == 20_001
    missing = next(place for place in range(10_000) if place not in held)
    arch = SPACE.architectures(SPACE.all_choices()[[missing]])[0]
    with pytest.raises(TableError, match="does not hold: choose among the 20,001"):
        measured.measure(arch, RUN)


@pytest.mark.slow
def test_costs_of_all_measured_rows_are_those_of_the_space(measured):
    assert np.array_equal(measured.columns["params"], SPACE.params_table(measured.choices))
    assert np.array_equal(measured.columns["macs"], SPACE.macs_table(measured.choices))


def test_the_small_cells_are_complete(small):
    assert np.array_equal(small.pool(), SPACE.all_choices()[:91])
    assert small.runs.shape == (91, 3)
    assert not np.isnan(small.runs).any()
    assert not np.isnan(small.test_values).any()
    # The same file, read plainly.
    arch = SPACE.parse("1:")
    bought = small.measure(arch, RUN)
    assert bought.value == pytest.approx(
        100 * np.mean([0.8266226053237915, 0.8341346383094788, 0.8337339758872986])
    )
    assert small.optimum > small.test_optimum > 90
    assert small.noise()["kendall_tau"] > 0.8
    seven = load_benchmark("nasbench101-small", vertices=3)
    assert np.array_equal(seven.pool(), SPACE.all_choices()[:7])


def test_a_run_that_the_file_repeats_counts_once(small):
    runs = load_benchmark("nasbench101-small", epochs=4).runs
    # At 4 epochs the file lists its runs twice, and one cell has two first runs.
    assert (~np.isnan(runs)).sum(axis=1).tolist().count(3) == 90
    assert runs.shape == (91, 4)


@pytest.mark.slow
@pytest.mark.parametrize("epochs", [4, 12, 36, 108])
@pytest.mark.parametrize("run", ["mean", "random"])
@pytest.mark.parametrize("name", NAMES)
def test_they_pass_the_conformance_kit(name, run, epochs, data_file):
    data_file(NAMES[name])
    table = load_benchmark(name, run=run, epochs=epochs)
    assert f"{epochs}ep {run}" in table.name
    check_objective(table, SPACE, np.random.default_rng(0))


def test_every_nasbench101_table_is_tested_here_or_with_the_official_file():
    assert set(BENCHMARKS.names("nasbench101*")) == {"nasbench101", *NAMES}


# --- searches -------------------------------------------------------------------------------------
@pytest.mark.slow
@pytest.mark.parametrize(
    ("strategy", "settings"), [("random", {}), ("evolution", {"population": 6, "sample": 3})]
)
def test_a_search_buys_measured_cells_only(measured, strategy, settings):
    result = search(
        SPACE, measured, strategy, labels=25, seed=1, settings=settings, dedup="isomorphic"
    )
    held = set(SPACE.indices(measured.pool()).tolist())
    bought = SPACE.indices([label.architecture for label in result.labels])
    assert len(set(bought.tolist())) == len(result.labels) == 25
    assert held.issuperset(bought.tolist())
    assert not any(label.failed for label in result.labels)
    if strategy == "evolution":
        children = [label for label in result.labels if label.info["origin"] == "mutation"]
        assert len(children) > 8


@pytest.mark.slow
def test_the_regret_in_the_small_cells_is_exact(small):
    result = search(SPACE, small, "random", labels=91, dedup="isomorphic")
    assert result.best.value == small.optimum
    assert set(result.test_values.values()) == set(small.test_values.tolist())


# --- what is wrong --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named_with_its_place(name, monkeypatch, tmp_path):
    monkeypatch.delenv("ARCHSCOUT_DATA", raising=False)
    with pytest.raises(TableError, match=f"^{NAMES[name]} was not found, .*ARCHSCOUT_DATA is not"):
        load_benchmark(name)
    monkeypatch.setenv("ARCHSCOUT_DATA", str(tmp_path))
    with pytest.raises(TableError) as caught:
        load_benchmark(name)
    assert str(tmp_path / NAMES[name]) in str(caught.value)
    assert "ARCHSCOUT_DATA" in str(caught.value)
    with pytest.raises(TableError, match=r"mine\.csv'.*path="):
        load_benchmark(name, path=tmp_path / "mine.csv")


@pytest.mark.parametrize("name", NAMES)
def test_wrong_arguments(name, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match=r"epochs=8: choose one of 4, 12, 36, 108"):
        load_benchmark(name, path=path, epochs=8)
    with pytest.raises(UnknownNameError, match="Known: cifar10"):
        load_benchmark(name, path=path, dataset="cifar100")
    with pytest.raises(TableError, match=r"table\.csv has no column '(hash|space)'"):
        load_benchmark(name, path=path)


@pytest.mark.parametrize("vertices", [2, 5, "4"])
def test_only_complete_sizes_are_offered(vertices):
    with pytest.raises(SettingsError, match="expected 3 or 4"):
        load_benchmark("nasbench101-small", vertices=vertices)


ROW = {
    "hash": "00005c142e6f48ac74fdcf73e3439874",
    "adj_bits": "1205349",
    "ops": "c3|mp|c3|c3|c1",
    "params": "8555530",
    "macs": "1261835264",
    "valid_108ep": "0.93",
    "train_seconds_108ep": "1768.976",
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hash": "0" * 32}, r"row 1 of mine\.csv has the hash '0+', expected '00005c14"),
        ({"ops": "c3|mp"}, r"row 1 of mine\.csv is no cell: got edge bits"),
        ({"valid_108ep": "93"}, "expected fractions within 0..1"),
        ({"valid_108ep": "high"}, "row 1 .*'high'.*finite number"),
    ],
)
def test_wrong_measured_rows(changed, words, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(f"{','.join(ROW)}\n{','.join({**ROW, **changed}.values())}\n")
    with pytest.raises(TableError, match=words):
        load_benchmark("nasbench101-measured", path=path)
    path.write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n")
    assert load_benchmark("nasbench101-measured", path=path).optimum == pytest.approx(93.0)


def test_wrong_small_rows(tmp_path):
    path = tmp_path / "mine.csv"
    hashes = SPACE.canonical_ids(SPACE.all_choices()[:8]).tolist()

    def write(digests):
        rows = [f"3V,108,{digest},0.{n}1,0.8,20" for n, digest in enumerate(digests, start=1)]
        path.write_text("\n".join(["space,epochs,hash,val_acc,test_acc,training_time_s", *rows]))
        return load_benchmark("nasbench101-small", path=path, vertices=3)

    table = write(hashes[:7])
    assert table.values.tolist() == pytest.approx([11, 21, 31, 41, 51, 61, 71])
    with pytest.raises(TableError, match=r"mine\.csv lacks 2 of the 7 cells"):
        write(hashes[:5])
    with pytest.raises(TableError, match=r"row 8 .*expected one of the 7 cells of its size"):
        write(hashes)
