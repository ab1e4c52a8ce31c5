import math

import numpy as np
import pytest

from archscout.benchmarks import TableBenchmark
from archscout.errors import ParseError, TableError, UnknownNameError
from archscout.spaces.base import Architecture
from archscout.testing._toy import ToySpace
from archscout.testing.objectives import check_objective

SPACE = ToySpace()
ROWS = np.array([[1, 0, 0, 0], [2, 1, 3, 1], [0, 2, 4, 0], [3, 0, 1, 1]], dtype=np.int8)
ARCHS = SPACE.architectures(ROWS)
RUNS = np.array([[50.0, 52.0, 54.0], [90.0, np.nan, 92.0], [np.nan] * 3, [70.0, np.nan, np.nan]])


def table(**settings):
    arguments = {"name": "four", "seconds": np.array([10.0, 20.0, np.nan, 40.0]), **settings}
    return TableBenchmark(SPACE, ROWS, arguments.pop("runs", RUNS), **arguments)


def test_the_mean_ignores_missing_runs():
    assert np.array_equal(table().values, [52.0, 91.0, np.nan, 70.0], equal_nan=True)
    measured = table().measure(ARCHS[1], np.random.default_rng(0))
    assert (measured.value, measured.seconds) == (91.0, 20.0)


def test_given_means_go_before_the_mean_of_the_runs():
    given = table(values=np.array([52.5, np.nan, np.nan, 70.5]))
    assert np.array_equal(given.values, [52.5, 91.0, np.nan, 70.5], equal_nan=True)


def test_a_random_run_is_one_of_the_row_and_decided_by_the_generator():
    benchmark = table(run="random")
    drawn = [benchmark.measure(ARCHS[1], np.random.default_rng(s)).value for s in range(40)]
    assert set(drawn) == {90.0, 92.0}
    assert drawn == [benchmark.measure(ARCHS[1], np.random.default_rng(s)).value for s in range(40)]
    assert math.isnan(benchmark.measure(ARCHS[2], np.random.default_rng(0)).value)


@pytest.mark.parametrize("run", ["mean", "random"])
def test_it_passes_the_conformance_kit(run):
    check_objective(table(run=run), SPACE, np.random.default_rng(0))


def test_a_part_of_a_space_is_its_pool_and_nothing_else_is_measured():
    benchmark = table()
    assert np.array_equal(benchmark.pool(), ROWS)
    other = Architecture("toy", (1, 1, 1, 1))
    for query in (
        lambda: benchmark.measure(other, np.random.default_rng(0)),
        lambda: benchmark.test_value(other),
    ):
        with pytest.raises(TableError, match=r"depth=1,kernel=5.* does not hold.*4 architectures"):
            query()
    with pytest.raises(ParseError):
        benchmark.measure(Architecture("nasbench201", (0,) * 6), np.random.default_rng(0))


def test_a_table_of_the_whole_space_has_no_pool():
    rows = SPACE.all_choices()[::-1]
    benchmark = TableBenchmark(SPACE, rows, np.arange(105.0) / 2, name="all")
    assert benchmark.pool() is None
    arch = SPACE.architectures(rows[7:8])[0]
    assert benchmark.measure(arch, np.random.default_rng(0)).value == 3.5


def test_rank_and_optimum_follow_the_direction():
    high, low = table(), table(direction="minimize")
    assert (high.optimum, low.optimum) == (91.0, 52.0)
    assert [high.rank(v) for v in (91.0, 70.0, 60.0, math.nan)] == [1, 2, 3, 4]
    assert [low.rank(v) for v in (52.0, 70.0, 91.0)] == [1, 2, 3]


def test_standing_goes_by_the_mean_of_all_runs():
    assert table(run="random").standing(ARCHS[1]) == {"rank": 1, "of": 4}
    assert table(direction="minimize").standing(ARCHS[1]) == {"rank": 3, "of": 4}
    with pytest.raises(TableError, match="does not hold"):
        table().standing(Architecture("toy", (0, 0, 0, 0)))


def test_digests_tell_tables_apart():
    same = table(name="other", run="random", dataset="mine")
    assert table().digest() == same.digest()
    changed = RUNS.copy()
    changed[0, 0] += 0.5
    others = [table(runs=changed), table(direction="minimize"), table(seconds=np.ones(4))]
    assert len({one.digest(test=False) for one in [table(), *others]}) == 4
    tested = table(test_values=np.full(4, 60.0))
    assert tested.digest() != table().digest()
    assert tested.digest(test=False) == table().digest(test=False)


def test_test_values():
    assert math.isnan(table().test_optimum)
    assert math.isnan(table().test_value(ARCHS[0]))
    tested = table(test_values=np.array([51.0, 89.0, np.nan, 95.0]))
    assert tested.test_optimum == 95.0
    assert tested.test_value(ARCHS[1]) == 89.0


def test_noise_ceiling():
    runs = np.array([[10.0, 20.0], [30.0, 40.0], [np.nan, 15.0], [90.0, 15.0]])
    ceiling = table(runs=runs).noise()
    # Of the three rows with two runs, one pair of the three agrees in order.
    assert ceiling["kendall_tau"] == pytest.approx(-1 / 3)
    assert ceiling["run_std"] == pytest.approx(np.std([10, 20], ddof=1))
    assert ceiling["runs"] == 2
    single = table(runs=np.array([10.0, 20.0, 30.0, 40.0])).noise()
    assert math.isnan(single["kendall_tau"])
    assert single["runs"] == 1


def test_arrays_and_columns_are_read_only():
    benchmark = table(columns={"latency_s": np.arange(4.0)})
    for array in (benchmark.choices, benchmark.values, benchmark.columns["latency_s"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        benchmark.columns["more"] = np.zeros(4)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"runs": RUNS[:3]}, "3 rows of runs, expected 4"),
        ({"seconds": np.array([1.0, -2.0, 3.0, 4.0])}, "row 2 .*negative seconds"),
        ({"runs": RUNS + 20}, r"row 2 of runs .* is 110, expected percent within 0..100"),
        ({"runs": RUNS / 100}, 'declare unit="fraction"'),
        ({"unit": "fraction"}, 'declare unit="percent"'),
        ({"runs": np.full(4, np.nan)}, "no value in the search split"),
        ({"runs": np.array([1.0, np.inf, 2.0, 3.0]), "unit": "score"}, "row 2 .* is inf"),
        ({"test_values": np.array([0.5, 0.6, 0.7, 0.8])}, "test_values .*fractions"),
    ],
)
def test_wrong_arrays_are_refused(settings, words):
    with pytest.raises(TableError, match=words):
        table(**settings)


def test_repeated_and_forbidden_architectures_are_refused():
    with pytest.raises(TableError, match="in rows 1 and 3"):
        TableBenchmark(SPACE, ROWS[[0, 1, 0]], np.array([50.0, 60.0, 50.0]), name="twice")
    forbidden = np.array([[1, 0, 0, 0], [0, 0, 0, 1]])
    with pytest.raises(TableError, match=r"row 2 .*not a valid"):
        TableBenchmark(SPACE, forbidden, np.array([50.0, 60.0]), name="forbidden")
    with pytest.raises(TableError, match="no rows"):
        TableBenchmark(SPACE, ROWS[:0], np.zeros(0), name="none")


def test_unknown_words_get_the_nearest_match():
    with pytest.raises(UnknownNameError, match="did you mean 'random'"):
        table(run="randm")
    with pytest.raises(UnknownNameError, match="did you mean 'minimize'"):
        table(direction="minimise")
