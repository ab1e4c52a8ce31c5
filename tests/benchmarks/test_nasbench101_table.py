"""The official table from a file that is written here, and tables with cells as written."""

import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from official_format import frame, metrics, record, write_frames

from archscout.benchmarks import TableBenchmark, load_benchmark
from archscout.errors import ParseError, TableError, UnknownNameError
from archscout.spaces import load_space
from archscout.spaces.nasbench101 import _table_columns as nasbench101_columns
from archscout.strategies import make_strategy
from archscout.study.ledger import Ledger
from archscout.testing.objectives import check_objective

SPACE = load_space("nasbench101")
IMAGES = 9984
LENGTHS = (4, 108)
RUNS = 3
# A cell, and three ways to write it: in another order of its vertices or with a dead vertex.
LARGE = "1205349:c3|mp|c3|c3|c1"
SMALL = "5:c3"
SMALL_TWIN = "520:mp|c1|c3"


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """The user's own cache keeps the hashes; official files go to one of this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHSCOUT_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.delenv("ARCHSCOUT_NASBENCH101", raising=False)
        yield


def written_cells(n=30):
    """Different cells, written in any way that the space allows."""
    rows = SPACE.sample_written(np.random.default_rng(5), 4 * n)
    _, first = np.unique(SPACE.indices(rows), return_index=True)
    return rows[np.sort(first)][:n]


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """A file of 30 cells, two lengths and three runs in mixed order; one run is missing."""
    cells = written_cells()
    rng = np.random.default_rng(1)
    shape = (len(cells), len(LENGTHS), RUNS)
    valid, test = rng.integers(IMAGES // 2, IMAGES, (2, *shape)) / IMAGES
    seconds = rng.uniform(100, 2000, shape)
    places = list(itertools.product(*map(range, shape)))
    places.remove((7, 1, 2))
    order = [places[i] for i in rng.permutation(len(places))]
    hashes = SPACE.canonical_ids(cells)
    path = write_frames(
        tmp_path_factory.mktemp("official") / "nasbench_full.tfrecord",
        (
            record(
                hashes[place[0]],
                LENGTHS[place[1]],
                cells[place[0]],
                metrics(LENGTHS[place[1]], valid[place], test[place], seconds[place]),
            )
            for place in order
        ),
    )
    for values in (valid, test, seconds):
        values[7, 1, 2] = np.nan
    return SimpleNamespace(path=path, cells=cells, valid=valid, test=test, seconds=seconds)


@pytest.mark.slow
@pytest.mark.parametrize(("length", "epochs"), list(enumerate(LENGTHS)))
def test_what_the_file_says_is_measured(official, length, epochs):
    table = load_benchmark("nasbench101", path=official.path, epochs=epochs)
    assert (len(table), table.unit, table.direction, table.dataset) == (
        30,
        "percent",
        "maximize",
        "cifar10",
    )
    means = 100 * np.nanmean(official.valid[:, length], axis=1)
    tests = 100 * np.nanmean(official.test[:, length], axis=1)
    seconds = np.nanmean(official.seconds[:, length], axis=1)
    for cell, arch in enumerate(SPACE.architectures(official.cells)):
        measured = table.measure(arch, np.random.default_rng(0))
        assert measured.value == pytest.approx(means[cell], abs=1e-12)
        assert measured.seconds == pytest.approx(seconds[cell], rel=1e-6)
        assert table.test_value(arch) == pytest.approx(tests[cell], abs=1e-12)
    assert table.optimum == pytest.approx(means.max())
    assert table.test_optimum == pytest.approx(tests.max())
    assert table.noise()["runs"] == RUNS


def test_a_random_run_is_one_of_the_file(official):
    table = load_benchmark("nasbench101", path=official.path, run="random")
    for cell in (0, 7):
        arch = SPACE.architectures(official.cells)[cell]
        drawn = {table.measure(arch, np.random.default_rng(seed)).value for seed in range(40)}
        runs = official.valid[cell, 1]
        assert sorted(drawn) == sorted(100 * runs[~np.isnan(runs)])


def test_the_pool_lists_the_cells_of_the_file(official):
    pool = load_benchmark("nasbench101", path=str(official.path)).pool()
    assert np.array_equal(pool, SPACE.all_choices()[np.sort(SPACE.indices(official.cells))])
    other = SPACE.all_choices()[[-1]]
    assert not (pool == other).all(axis=1).any()
    table = load_benchmark("nasbench101", path=official.path)
    with pytest.raises(TableError, match="does not hold: choose among the 30"):
        table.measure(SPACE.architectures(other)[0], np.random.default_rng(0))


def test_the_file_is_found_by_the_environment(official, monkeypatch, tmp_path):
    with pytest.raises(TableError, match=r"set ARCHSCOUT_NASBENCH101 to the path of nasbench_full"):
        load_benchmark("nasbench101")
    monkeypatch.setenv("ARCHSCOUT_NASBENCH101", str(tmp_path))
    with pytest.raises(TableError, match=re.escape(f"{str(tmp_path)!r}, which ARCHSCOUT_NASBENCH")):
        load_benchmark("nasbench101")
    with pytest.raises(TableError, match=r"other\.tfrecord', which path= names"):
        load_benchmark("nasbench101", path="other.tfrecord")
    monkeypatch.setenv("ARCHSCOUT_NASBENCH101", str(official.path))
    assert len(load_benchmark("nasbench101", dataset="CIFAR-10")) == 30


@pytest.mark.parametrize("run", ["mean", "random"])
def test_it_passes_the_conformance_kit(official, run):
    table = load_benchmark("nasbench101", path=official.path, run=run)
    check_objective(table, SPACE, np.random.default_rng(0))


def test_other_lengths_and_data_sets_are_refused(official):
    with pytest.raises(TableError, match=r"no runs of epochs=36: choose one of 4, 108"):
        load_benchmark("nasbench101", path=official.path, epochs=36)
    with pytest.raises(UnknownNameError, match="did you mean 'cifar10'"):
        load_benchmark("nasbench101", path=official.path, dataset="cifar100")


def test_a_file_is_converted_once_and_again_when_it_changes(official, monkeypatch, tmp_path):
    path = tmp_path / "nasbench_full.tfrecord"
    path.write_bytes(official.path.read_bytes())
    monkeypatch.setenv("ARCHSCOUT_CACHE", str(tmp_path / "cache"))
    converted, convert = [], nasbench101_columns.convert
    monkeypatch.setattr(
        nasbench101_columns, "convert", lambda *given: converted.append(1) or convert(*given)
    )
    first = load_benchmark("nasbench101", path=path)
    again = load_benchmark("nasbench101", path=path, epochs=4)
    assert (len(converted), first.optimum > 0, again.optimum > 0) == (1, True, True)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(TableError, match="truncated"):
        load_benchmark("nasbench101", path=path)
    assert len(converted) == 2
    (kept,) = (tmp_path / "cache").iterdir()
    with np.load(kept, allow_pickle=False) as arrays:
        assert arrays["valid"].dtype == np.uint16


def test_all_cells_will_fit_into_sixty_megabytes(official):
    arrays = nasbench101_columns.convert(official.path, SPACE)
    runs = sum(arrays[name].nbytes for name in ("valid", "test", "seconds")) / arrays["valid"].size
    levels = 2 * 8 * (IMAGES + 2)
    assert 423_624 * (4 * 3 * runs + arrays["cells"].itemsize) + levels < 60e6


def damaged(official, tmp_path, change):
    """The file with one record changed, and where that record begins."""
    frames, data, place = [], official.path.read_bytes(), 0
    while place < len(data):
        size = 16 + int.from_bytes(data[place : place + 8], "little")
        frames.append(data[place : place + size])
        place += size
    before = b"".join(frames[:50])
    path = tmp_path / "damaged.tfrecord"
    path.write_bytes(before + change(frames[50]) + b"".join(frames[51:]))
    return path, f"byte {len(before):,} of damaged.tfrecord"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda old: old[:30] + b"#" + old[31:], "payload that differs from its checksum"),
        (lambda old: b"\x00" + old[1:], "length that differs from its checksum"),
        (lambda old: frame(old[12:-4].replace(b"input,", b"inputs,")), "has the operations"),
        (lambda old: frame(old[12:-4][:-20]), "is no JSON"),
        (lambda old: frame(b'["' + b"0" * 32 + old[12:-4][34:]), "has a cell whose hash is"),
        (
            lambda old: frame(record("0" * 32, 108, np.array(SPACE.parse(SMALL).choices), b"")),
            "evaluations instead of three",
        ),
    ],
)
def test_damage_is_named_with_its_place(official, tmp_path, change, words):
    path, place = damaged(official, tmp_path, change)
    with pytest.raises(TableError, match=f"{re.escape(place)} .*{words}"):
        load_benchmark("nasbench101", path=path)


def test_cells_that_the_benchmark_lacks_are_named_with_their_place(official, tmp_path):
    unconnected = np.zeros(26, dtype=np.int8)
    unconnected[[0, 25]] = 1
    wrong = record("0" * 32, 108, unconnected, metrics(108, 0.9, 0.9, 1.0))
    path, place = damaged(official, tmp_path, lambda old: frame(wrong))
    with pytest.raises(TableError, match=f"{re.escape(place)} has a cell outside the benchmark"):
        load_benchmark("nasbench101", path=path)


def test_what_would_fill_the_memory_is_refused(tmp_path):
    def write(lengths, runs):
        cell = SPACE.parse(SMALL)
        payloads = [
            record(
                SPACE.canonical_id(cell), length, np.array(cell.choices), metrics(4, 0.5, 0.5, 1.0)
            )
            for length in lengths
            for _ in range(runs)
        ]
        return write_frames(tmp_path / "many.tfrecord", payloads)

    with pytest.raises(TableError, match="holds 9 lengths of training, expected at most 8"):
        load_benchmark("nasbench101", path=write(range(1, 10), 1))
    with pytest.raises(TableError, match="holds 9 runs of one cell and length, expected at most 8"):
        load_benchmark("nasbench101", path=write([4], 9))
    with pytest.raises(TableError, match="holds no records"):
        load_benchmark("nasbench101", path=write([], 1))


def test_more_cells_than_there_are_end_the_reading(official, monkeypatch, tmp_path):
    monkeypatch.setattr(nasbench101_columns, "_MOST_CELLS", 20)
    path = tmp_path / "copy.tfrecord"
    path.write_bytes(official.path.read_bytes())
    with pytest.raises(TableError, match=r"record at byte .* has one more cell than 20"):
        load_benchmark("nasbench101", path=path)


def test_different_accuracies_beyond_two_bytes_are_kept_exactly():
    values = np.linspace(0, 1, 70_000).reshape(-1, 1)
    values[5] = np.nan
    places, levels = nasbench101_columns._shortened(values)
    assert places.dtype == np.uint32
    assert np.array_equal(levels[places], values, equal_nan=True)


@pytest.mark.slow
def test_the_measured_rows_come_back_from_the_official_format(data_file, tmp_path):
    data_file("nasbench101_measured.csv.gz")
    measured = load_benchmark("nasbench101-measured")
    rows = np.random.default_rng(0).choice(len(measured), 100, replace=False)
    hashes = SPACE.canonical_ids(measured.choices[rows])
    path = write_frames(
        tmp_path / "nasbench_only108.tfrecord",
        (
            record(
                digest,
                108,
                measured.choices[row],
                metrics(108, measured.values[row] / 100, 0.9, measured.seconds[row]),
            )
            for digest, row in zip(hashes, rows.tolist(), strict=True)
        ),
    )
    table = load_benchmark("nasbench101", path=path)
    order = np.argsort(SPACE.indices(measured.choices[rows]))
    assert np.array_equal(table.choices, measured.choices[rows][order])
    assert table.values == pytest.approx(measured.values[rows][order], abs=1e-12)
    assert table.seconds == pytest.approx(measured.seconds[rows][order], rel=1e-6)


# --- tables of cells as written ---------------------------------------------------------------
def small_table():
    rows = SPACE.parse_many([LARGE, SMALL_TWIN])
    return TableBenchmark(SPACE, rows, np.array([90.0, 80.0]), name="two cells")


def test_a_twin_is_found_and_the_pool_gives_listed_cells():
    table = small_table()
    for text in (SMALL, SMALL_TWIN):
        assert table.measure(SPACE.parse(text), np.random.default_rng(0)).value == 80.0
    assert [SPACE.format(arch) for arch in SPACE.architectures(table.pool())][1] == SMALL
    assert np.array_equal(SPACE.representatives(table.pool()), table.pool())


def test_twins_in_one_table_are_a_repetition(tmp_path):
    with pytest.raises(TableError, match=r"holds '5:c3' in rows 1 and 2"):
        TableBenchmark(
            SPACE, SPACE.parse_many([SMALL, SMALL_TWIN]), np.array([90.0, 80.0]), name="twins"
        )
    path = tmp_path / "twins.csv"
    path.write_text(f"arch,value\n{SMALL},80\n{SMALL_TWIN},80\n{LARGE},90\n")
    assert len(TableBenchmark.from_csv(path, space=SPACE)) == 2
    path.write_text(f"arch,value\n{SMALL},80\n{SMALL_TWIN},81\n{LARGE},90\n")
    with pytest.raises(TableError, match="rows 1 and 2 with different values"):
        TableBenchmark.from_csv(path, space=SPACE)


def test_cells_outside_the_space_are_refused():
    unconnected = np.zeros((1, 26), dtype=np.int8)
    with pytest.raises(TableError, match=r"row 1 .*not a valid"):
        TableBenchmark(SPACE, unconnected, np.array([50.0]), name="wrong")
    with pytest.raises(ParseError, match="does not accept"):
        small_table().measure(SPACE.architectures(unconnected)[0], np.random.default_rng(0))


def test_a_written_twin_can_be_bought_and_proposed():
    table = small_table()
    ledger = Ledger(SPACE, table, labels=2, dedup="isomorphic")
    assert ledger.buy(SPACE.parse(SMALL_TWIN)).value == 80.0
    assert ledger.buy(SPACE.parse(SMALL)).value == 80.0
    assert (ledger.bought, ledger.repeats) == (1, 1)
    strategy = make_strategy("random", SPACE, np.random.default_rng(0), pool=table.pool())
    assert strategy.in_pool(SPACE.parse(SMALL_TWIN))
    assert not strategy.in_pool(SPACE.parse("7:mp"))
    assert not strategy.in_pool(SPACE.architectures(np.zeros((1, 26), dtype=np.int8))[0])
