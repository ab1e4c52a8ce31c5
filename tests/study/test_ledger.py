import itertools
import json
import math

import numpy as np
import pytest

from archscout.benchmarks import TableBenchmark
from archscout.errors import (
    LabelBudgetError,
    ParseError,
    SealedError,
    SettingsError,
    StorageError,
    UnknownNameError,
)
from archscout.objectives._function import FunctionObjective
from archscout.objectives._label import Attempt, Label
from archscout.objectives._objective import Measurement
from archscout.spaces import load_space
from archscout.spaces.base import Architecture
from archscout.study._loop import search
from archscout.study.ledger import Ledger
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
ARCHS = SPACE.architectures(SPACE.all_choices())


class Counting:
    """Counts measurements; noise and the tested value depend on the architecture."""

    name = "counting"
    unit = "points"
    direction = "maximize"

    def __init__(self):
        self.measured = []
        self.tested = 0

    def measure(self, arch, rng):
        self.measured.append(arch)
        return Measurement(sum(arch.choices) + 0.1 * rng.random(), 7.0, {"device": "none"})

    def pool(self):
        return None

    def test_value(self, arch):
        self.tested += 1
        return -1.0 * sum(arch.choices)


def test_a_label_is_bought_once_and_then_served_free():
    objective = Counting()
    ledger = Ledger(SPACE, objective, 3)
    first = ledger.buy(ARCHS[5])
    assert ledger.buy(ARCHS[5]) is first
    second = ledger.buy(ARCHS[9])
    assert objective.measured == [ARCHS[5], ARCHS[9]]
    assert ledger.labels == [first, second]
    assert [label.number for label in ledger] == [0, 1]
    assert (ledger.bought, ledger.left, ledger.repeats, ledger.requests) == (2, 1, 1, 3)
    assert ledger.seconds == 14.0
    assert ARCHS[5] in ledger
    assert ARCHS[6] not in ledger


def test_the_budget_ends_buying_but_not_serving():
    objective = Counting()
    ledger = Ledger(SPACE, objective, 2)
    ledger.buy(ARCHS[0])
    ledger.buy(ARCHS[1])
    with pytest.raises(LabelBudgetError, match=r"all 2 labels are bought"):
        ledger.buy(ARCHS[2])
    assert ledger.buy(ARCHS[0]).number == 0
    assert len(objective.measured) == 2
    assert (ledger.bought, ledger.left, ledger.requests) == (2, 0, 3)


def test_values_that_were_not_bought_are_out_of_reach():
    ledger = Ledger(SPACE, Counting(), 2)
    label = ledger.buy(ARCHS[0])
    assert ledger.value(ARCHS[0]) == ledger[ARCHS[0]] == label.value
    with pytest.raises(LabelBudgetError, match=r"was not bought.*1 of 2 are left"):
        ledger.value(ARCHS[1])
    with pytest.raises(LabelBudgetError):
        ledger[ARCHS[1]]


def test_randomness_depends_on_seed_and_architecture_alone():
    def values(order, seed=0):
        ledger = Ledger(SPACE, Counting(), len(order), seed=seed)
        for arch in order:
            ledger.buy(arch)
        return {label.architecture: label.value for label in ledger}

    some = ARCHS[:6]
    assert values(some) == values(some[::-1])
    assert values(some) != values(some, seed=1)
    expected = sum(ARCHS[3].choices) + 0.1 * np.random.default_rng([4, *ARCHS[3].choices]).random()
    assert values(some, seed=4)[ARCHS[3]] == expected


def test_notes_of_objective_and_strategy_are_kept_as_plain_values():
    ledger = Ledger(SPACE, Counting(), 1)
    label = ledger.buy(ARCHS[0], info={"predicted": np.float64(0.5), "round": np.int64(2)})
    assert label.info == {"device": "none", "predicted": 0.5, "round": 2}
    assert json.loads(json.dumps(label.info)) == label.info


@pytest.mark.parametrize(("direction", "best"), [("maximize", 3), ("minimize", 1)])
def test_the_best_follows_the_direction_and_passes_failures_over(direction, best):
    values = [math.nan, 1.0, 2.0, 3.0, 3.0, 1.0]
    lookup = dict(zip(ARCHS, values, strict=False))
    ledger = Ledger(SPACE, FunctionObjective(lookup.__getitem__, direction=direction), 6)
    ledger.buy(ARCHS[0])
    assert ledger.best is None
    for arch in ARCHS[1:6]:
        ledger.buy(arch)
    assert ledger.best.number == best


def failing(value):
    def measure(arch):
        if isinstance(value, BaseException):
            raise value
        return value

    return measure


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (RuntimeError("out of memory"), "RuntimeError: out of memory"),
        (LabelBudgetError("nested"), "LabelBudgetError: nested"),
        (math.nan, "measured nan, expected a finite number"),
        (-math.inf, "measured -inf, expected a finite number"),
        (None, "TypeError: measured NoneType"),
        ("0.9", "TypeError: measured the text '0.9'"),
        (np.zeros(3), "TypeError: measured ndarray"),
        (Measurement("high"), "TypeError: measured the text 'high'"),
        (Measurement(1.0, 0.0, None), "TypeError"),
    ],
)
def test_a_failed_measurement_is_a_counted_label(value, words):
    ledger = Ledger(SPACE, failing(value), 2)
    label = ledger.buy(ARCHS[0], info={"round": 1})
    assert label.failed
    assert label.error.startswith(words)
    assert label.info == {"round": 1}
    assert (ledger.bought, ledger.left) == (1, 1)
    assert ledger.buy(ARCHS[0]) is label
    assert math.isnan(ledger.value(ARCHS[0]))
    assert ledger.bought == 1


def test_an_objective_class_that_gives_a_bare_number_is_understood():
    class Bare(Counting):
        def measure(self, arch, rng):
            return np.float32(0.5)

    assert Ledger(SPACE, Bare(), 1).buy(ARCHS[0]).value == 0.5


def test_long_error_texts_are_cut():
    label = Ledger(SPACE, failing(ValueError("x" * 10_000)), 1).buy(ARCHS[0])
    assert len(label.error) == 500


def test_a_failed_measurement_keeps_its_price():
    ledger = Ledger(SPACE, failing(Measurement(math.nan, 30.0)), 2)
    assert ledger.buy(ARCHS[0]).seconds == ledger.seconds == 30.0


def clock(monkeypatch):
    """Each look at the clock of measurements is 2.5 seconds after the last."""
    times = itertools.count(0.0, 2.5)
    monkeypatch.setattr("archscout.study._measuring.time.perf_counter", lambda: next(times))


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        Measurement(1.0),
        Measurement(math.nan),
        math.nan,
        None,
        ValueError("no"),
        *(Measurement(1.0, wrong) for wrong in (math.nan, -1.0, math.inf, "a day", [2.0], None)),
    ],
)
def test_what_has_no_price_of_its_own_costs_what_it_took(value, monkeypatch):
    ledger = Ledger(SPACE, failing(value), 1)
    clock(monkeypatch)
    assert ledger.buy(ARCHS[0]).seconds == ledger.seconds == 2.5


def test_the_price_of_a_table_is_its_own(monkeypatch):
    clock(monkeypatch)
    rows = SPACE.all_choices()[:4]
    free = TableBenchmark(SPACE, rows, np.arange(4.0) * 10, name="free")
    priced = TableBenchmark(SPACE, rows, np.arange(4.0) * 10, name="p", seconds=np.full(4, 9.0))
    assert Ledger(SPACE, free, 2).buy(ARCHS[0]).seconds == 0.0
    assert Ledger(SPACE, priced, 2).buy(ARCHS[0]).seconds == 9.0


@pytest.mark.parametrize("given", [2.0, np.float32(2), np.array([2.0]), np.array(2)])
def test_numbers_of_numpy_are_values_and_prices(given):
    label = Ledger(SPACE, failing(Measurement(given, given)), 1).buy(ARCHS[0])
    assert (label.value, label.seconds) == (2.0, 2.0)


class Silent(Exception):
    def __str__(self):
        raise SystemExit("no text")

    __repr__ = __str__


class Leaves(SystemExit):
    pass


class Odd(BaseException):
    pass


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (Silent(), "Silent: its text cannot be shown (SystemExit)"),
        (SystemExit(3), "SystemExit: 3"),
        (SystemExit(), "SystemExit"),
        (Leaves("bye"), "Leaves: bye"),
        (GeneratorExit(), "GeneratorExit"),
        (StopIteration(), "StopIteration"),
        (RecursionError("deep"), "RecursionError: deep"),
        (MemoryError(), "MemoryError"),
        (Odd("odd"), "Odd: odd"),
    ],
)
def test_whatever_an_objective_raises_is_a_failed_label(stop, words):
    ledger = Ledger(SPACE, failing(stop), 2)
    label = ledger.buy(ARCHS[0])
    assert (label.failed, label.error, ledger.cause) == (True, words, stop)


def test_ctrl_c_passes_through_and_counts_nothing():
    ledger = Ledger(SPACE, failing(KeyboardInterrupt()), 2)
    with pytest.raises(KeyboardInterrupt):
        ledger.buy(ARCHS[0])
    assert (ledger.bought, ledger.requests, ledger.seconds) == (0, 0, 0.0)
    assert ARCHS[0] not in ledger


# --- buying failed labels again -----------------------------------------------------------------
def test_a_failed_label_is_bought_again_in_its_place_beside_the_budget():
    answers = iter([1.0, Measurement(math.nan, 30.0), Measurement(math.nan, 8.0), 5.0])
    prices = Ledger(SPACE, lambda arch: next(answers), 2)
    first, failed = prices.buy(ARCHS[0]), prices.buy(ARCHS[1], info={"round": 1})
    with pytest.raises(SettingsError, match="label 0 to buy again, expected a failed one"):
        prices.buy_again(first)
    assert prices.buy_again(failed).seconds == 8.0
    with pytest.raises(SettingsError, match="label 1 to buy again, expected a failed one"):
        prices.buy_again(failed)
    last = prices.buy_again(prices.labels[1], info={"round": 1})
    label = prices.labels[1]
    assert (label.number, label.value, label.error, label.info) == (1, 5.0, "", {"round": 1})
    words = "measured nan, expected a finite number"
    assert label.attempts == (
        Attempt(30.0, words),
        Attempt(8.0, words),
        Attempt(last.seconds),
    )
    assert label.seconds == math.fsum([30.0, 8.0, last.seconds])
    assert prices.seconds == pytest.approx(first.seconds + label.seconds)
    assert (prices.bought, prices.left, prices.value(ARCHS[1]), prices.best) == (2, 0, 5.0, label)
    assert prices.buy(ARCHS[1]) is label


@pytest.mark.parametrize("labels", [0, -3, 1.5, 10.0, "10", None, True])
def test_a_budget_is_a_whole_number_of_one_or_more(labels):
    with pytest.raises(SettingsError, match=r"got labels=.*whole number of 1 or more"):
        Ledger(SPACE, Counting(), labels)


def test_other_wrong_settings():
    with pytest.raises(SettingsError, match="got seed=-1"):
        Ledger(SPACE, Counting(), 1, seed=-1)
    with pytest.raises(UnknownNameError, match="did you mean 'isomorphic'"):
        Ledger(SPACE, Counting(), 1, dedup="isomorph")
    with pytest.raises(SettingsError, match="expected an objective"):
        Ledger(SPACE, "accuracy", 1)
    assert Ledger(SPACE, Counting(), np.int64(3)).budget == 3


def test_a_budget_larger_than_the_space_or_pool():
    assert Ledger(SPACE, Counting(), 105).left == 105
    with pytest.raises(SettingsError, match=r"labels=106, but space 'toy' holds 105 architectures"):
        Ledger(SPACE, Counting(), 106)
    nothing = ToySpace()
    nothing.valid = lambda archs: np.zeros(len(archs), dtype=bool)
    with pytest.raises(SettingsError, match="holds 0 architectures: allow some"):
        Ledger(nothing, Counting(), 1)
    table = TableBenchmark(SPACE, SPACE.all_choices()[:4], np.arange(4.0) * 10, name="four")
    assert Ledger(SPACE, table, 4).left == 4
    with pytest.raises(SettingsError, match="pool holds 4 architectures"):
        Ledger(SPACE, table, 5)


def test_spaces_that_cannot_be_listed_take_any_budget():
    class Endless(ToySpace):
        def __len__(self):
            raise TypeError("too large")

    for dedup in ("exact", "isomorphic"):
        assert Ledger(Endless(), Counting(), 10**6, dedup=dedup).left == 10**6


def test_what_cannot_be_bought_is_an_error_and_counts_nothing():
    table = TableBenchmark(SPACE, SPACE.all_choices()[:4], np.arange(4.0) * 10, name="four")
    ledger = Ledger(SPACE, table, 2)
    with pytest.raises(SettingsError, match="not among the 4 architectures that 'four' can"):
        ledger.buy(ARCHS[50])
    with pytest.raises(SettingsError, match="does not allow"):
        ledger.buy(Architecture("toy", (0, 0, 0, 1)))
    with pytest.raises(ParseError):
        ledger.buy(Architecture("toy", (9, 0, 0, 0)))
    with pytest.raises(ParseError, match="space 'nasbench201'"):
        ledger.buy(Architecture("nasbench201", (0,) * 6))
    assert ledger.requests == 0


# --- twins ------------------------------------------------------------------------------------
CELLS = load_space("nasbench201")
ALL_NONE = CELLS.parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
DEAD = CELLS.parse("|none~0|+|none~0|none~1|+|none~0|nor_conv_3x3~1|none~2|")
ALIVE = CELLS.parse("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|")


def test_twins_are_bought_once_if_asked_for():
    objective = Counting()
    ledger = Ledger(CELLS, objective, 3, dedup="isomorphic")
    first = ledger.buy(ALL_NONE)
    assert ledger.buy(DEAD) is first
    assert ledger.value(DEAD) == first.value
    ledger.buy(ALIVE)
    assert objective.measured == [ALL_NONE, ALIVE]
    assert (ledger.bought, ledger.repeats) == (2, 1)
    ledger.reveal()
    assert ledger.test_value(DEAD) == ledger.test_value(ALL_NONE)


def test_twins_are_bought_each_by_default():
    ledger = Ledger(CELLS, Counting(), 3)
    assert ledger.buy(ALL_NONE) is not ledger.buy(DEAD)
    assert (ledger.bought, ledger.repeats) == (2, 0)


@pytest.mark.slow
def test_a_budget_larger_than_the_number_of_distinct_cells():
    assert Ledger(CELLS, Counting(), 6466, dedup="isomorphic").left == 6466
    with pytest.raises(SettingsError, match=r"holds 6,466 functionally distinct ones"):
        Ledger(CELLS, Counting(), 6467, dedup="isomorphic")


# --- test values ------------------------------------------------------------------------------
def test_test_values_are_sealed_until_they_are_revealed():
    objective = Counting()
    ledger = Ledger(SPACE, objective, 3)
    ledger.buy(ARCHS[3])
    with pytest.raises(SealedError, match="sealed until the search is over"):
        ledger.test_value(ARCHS[3])
    assert objective.tested == 0
    revealed = ledger.reveal()
    assert revealed == {ARCHS[3]: -1.0 * sum(ARCHS[3].choices)}
    assert ledger.test_value(ARCHS[3]) == revealed[ARCHS[3]]
    with pytest.raises(LabelBudgetError, match="was not bought"):
        ledger.test_value(ARCHS[4])
    for arch in ARCHS[3:5]:
        with pytest.raises(LabelBudgetError, match="after the test values were revealed"):
            ledger.buy(arch)
    assert ledger.reveal() == revealed
    assert objective.tested == 1


def test_a_failing_test_value_does_not_lose_the_search():
    class Failing(Counting):
        def test_value(self, arch):
            raise OSError("gone")

    ledger = Ledger(SPACE, Failing(), 1)
    ledger.buy(ARCHS[0])
    assert math.isnan(ledger.reveal()[ARCHS[0]])


# --- replay -----------------------------------------------------------------------------------
def recorded(n):
    ledger = Ledger(SPACE, Counting(), 10)
    for arch in ARCHS[:n]:
        ledger.buy(arch, info={"round": 0})
    return ledger.labels


def test_restored_labels_are_handed_out_again_without_measuring():
    record = recorded(3)
    objective = Counting()
    ledger = Ledger(SPACE, objective, 4)
    ledger.restore(record)
    assert (ledger.bought, ledger.restored) == (0, 3)
    assert ARCHS[0] not in ledger
    with pytest.raises(LabelBudgetError):
        ledger.value(ARCHS[0])
    assert ledger.buy(ARCHS[0]) == record[0]
    assert ledger.buy(ARCHS[0]) == record[0]  # a repeat within the replay is a repeat again
    ledger.buy(ARCHS[1])
    ledger.buy(ARCHS[2])
    assert objective.measured == []
    assert (ledger.labels, ledger.repeats, ledger.seconds) == (record, 1, 21.0)
    fresh = ledger.buy(ARCHS[3])
    assert (fresh.number, objective.measured) == (3, [ARCHS[3]])
    assert ledger.left == 0


def test_a_search_that_asks_for_others_than_its_record_is_stopped():
    ledger = Ledger(SPACE, Counting(), 5)
    ledger.restore(recorded(2))
    ledger.buy(ARCHS[0])
    with pytest.raises(StorageError, match=r"record's label 1 .*now asks for"):
        ledger.buy(ARCHS[4])
    assert ledger.bought == 1


def test_records_that_cannot_be_restored():
    record = recorded(3)
    with pytest.raises(SettingsError, match=r"record holds 3 labels and the budget is 2"):
        Ledger(SPACE, Counting(), 2).restore(record)
    with pytest.raises(StorageError, match="each architecture once in buying order"):
        Ledger(SPACE, Counting(), 5).restore(record[::-1])
    twice = [record[0], Label(1, ARCHS[0], 1.0)]
    with pytest.raises(StorageError, match="each architecture once"):
        Ledger(SPACE, Counting(), 5).restore(twice)
    ledger = Ledger(SPACE, Counting(), 5)
    ledger.buy(ARCHS[0])
    with pytest.raises(SettingsError, match="restore before anything is bought"):
        ledger.restore(record)


def test_a_table_prices_labels_by_its_training_seconds():
    rows = SPACE.all_choices()[:3]
    table = TableBenchmark(
        SPACE, rows, np.array([10.0, np.nan, 30.0]), seconds=np.array([5.0, 6.0, 7.0]), name="t"
    )
    ledger = Ledger(SPACE, table, 3)
    for arch in ARCHS[:3]:
        ledger.buy(arch)
    assert ledger.seconds == 18.0
    assert [label.failed for label in ledger] == [False, True, False]


def test_an_error_names_no_home_and_holds_whole_characters(monkeypatch, tmp_path):
    def fails(arch):
        raise FileNotFoundError(f"no file {tmp_path}/me/pic\udc80.png")

    monkeypatch.setenv("HOME", f"{tmp_path}/me")
    result = search(SPACE, fails, "random", labels=2)
    assert result.labels[0].error == "FileNotFoundError: no file ~/pic?.png"
    assert len(result.to_frame()) == 2
