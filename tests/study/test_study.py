"""The search: its loop, its limits, going on after kills, and what bad input gets."""

from __future__ import annotations

import functools
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout.benchmarks import TableBenchmark
from archscout.errors import SettingsError, StorageError, UnknownNameError
from archscout.objectives._function import FunctionObjective
from archscout.objectives._label import Label
from archscout.objectives._objective import Measurement
from archscout.reports import report
from archscout.reports._content import prediction_words
from archscout.results._load import load_result
from archscout.results.search import SearchResult
from archscout.spaces.base import Architecture
from archscout.strategies.base import Strategy
from archscout.strategies.evolution import Evolution
from archscout.strategies.random_search import RandomSearch
from archscout.study._loop import search
from archscout.study.buying import SearchProgress
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


def total(arch: Architecture) -> float:
    return float(sum(arch.choices))


def plain_labels(result: SearchResult) -> list[dict[str, Any]]:
    """The labels without their prices, which a clock may decide."""
    return [{**label.to_dict(result.space), "seconds": None} for label in result.labels]


class Pooled:
    """An objective with a pool, prices, random runs and sealed test values."""

    name, unit, direction = "pooled", "points", "maximize"

    def __init__(self, rows: int = 30) -> None:
        self.space = SPACE
        self.rows = SPACE.all_choices()[::3][:rows]
        self.measured: list[Architecture] = []

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        self.measured.append(arch)
        return Measurement(total(arch) + rng.normal(), seconds=2.5, info={"epochs": np.int64(3)})

    def pool(self) -> Any:
        return self.rows

    def test_value(self, arch: Architecture) -> float:
        return 100 + total(arch)

    def noise(self) -> dict[str, float]:
        return {"kendall_tau": math.nan, "run_std": 1.0, "runs": 1}


# --- the loop -----------------------------------------------------------------------------------
def test_buys_exactly_the_budget_and_reveals_test_values() -> None:
    objective = Pooled()
    result = search(SPACE, objective, "random", labels=20, seed=1)
    assert [label.number for label in result.labels] == list(range(20))
    assert len(objective.measured) == len(set(objective.measured)) == 20
    assert result.seconds == 50.0
    assert result.stopped == "all 20 labels were bought"
    assert result.best.value == max(label.value for label in result.labels)
    assert result.best.test_value == 100 + total(result.best.architecture)
    assert set(result.test_values) == {label.architecture for label in result.labels}
    assert result.noise["run_std"] == 1.0
    assert result.manifest["seed"] == 1
    assert result.labels[0].info["epochs"] == 3
    allowed = {tuple(row) for row in objective.rows.tolist()}
    assert all(arch.choices in allowed for arch in objective.measured)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["random", "evolution", "local", "optuna:tpe"])
def test_minimize_looks_for_the_lowest(name: str) -> None:
    class Cost(Pooled):
        direction = "minimize"

        def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
            return Measurement(total(arch))

        def pool(self) -> Any:
            return None

    settings = {"population": 10, "sample": 4} if name == "evolution" else {}
    low = search(SPACE, Cost(), name, labels=40, settings=settings)
    high = search(SPACE, total, name, labels=40, settings=settings)
    assert low.best.value == min(label.value for label in low.labels)
    if name != "random":
        assert np.mean([x.value for x in low.labels]) + 1 < np.mean([x.value for x in high.labels])


def test_predictions_are_recorded_in_the_direction_of_the_values() -> None:
    class Foresees(RandomSearch):
        def notes(self, arch: Architecture) -> dict[str, Any]:
            high = total(arch) if direction == "maximize" else -total(arch)
            return {"predicted": high, "spread": 0.5} if arch.choices[0] else {}

    for direction in ("maximize", "minimize"):
        objective = FunctionObjective(total, direction=direction)  # type: ignore[arg-type]
        result = search(SPACE, objective, Foresees, labels=30)
        noted = [label for label in result.labels if label.info]
        assert len(noted) > 10
        assert [label.info["predicted"] for label in noted] == [label.value for label in noted]
        assert {label.info["spread"] for label in noted} == {0.5}
        # The report compares the two: all predictions are right, so all of it says so.
        words = " ".join(prediction_words(result))
        assert "tau-b between predicted and measured is 1.00" in words
        assert "predictions lay 0 score above" in words


def test_failed_measurements_are_recorded_counted_told_as_nan_and_never_best(
    tmp_path: Path,
) -> None:
    told: list[float] = []

    class Listens(RandomSearch):
        def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
            told.extend(values)
            super().tell(archs, values)

    def moody(arch: Architecture) -> float:
        if arch.choices[0] == 3:
            raise ValueError("no memory left")
        return math.nan if arch.choices[1] == 2 else -total(arch)

    results = [search(SPACE, moody, Listens, labels=60, storage=tmp_path) for _ in range(2)]
    result = results[0]
    failed = [label for label in result.labels if label.failed]
    assert len(result.labels) == 60
    assert 10 < len(failed) < 60
    assert all(label.error for label in failed)
    assert any("no memory left" in label.error for label in failed)
    assert [math.isnan(value) for value in told[:60]] == [label.failed for label in result.labels]
    assert not math.isnan(result.best.value)
    assert result.best.value == max(x.value for x in result.labels if not x.failed)
    assert plain_labels(results[1]) == plain_labels(result)


def test_progress_is_told_after_each_label() -> None:
    seen: list[SearchProgress] = []
    result = search(SPACE, lambda a: -total(a), "random", labels=12, on_label=seen.append)
    assert [p.bought for p in seen] == list(range(1, 13))
    assert [p.label for p in seen] == result.labels
    best = -math.inf
    for progress in seen:
        best = max(best, progress.label.value)
        assert progress.best is not None
        assert progress.best.value == best
        assert progress.budget == 12


class Stuck(Strategy):
    """Proposes one architecture for ever."""

    def ask(self, n: int = 1) -> list[Architecture]:
        return [Architecture("toy", (1, 1, 1, 1))]

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        self.values = list(values)


class Quits(RandomSearch):
    def ask(self, n: int = 1) -> list[Architecture]:
        return super().ask(n) if len(self._seen) < 3 else []


def test_a_strategy_that_only_repeats_ends_and_repeats_are_free() -> None:
    result = search(SPACE, total, Stuck, labels=5)
    assert len(result.labels) == 1
    assert result.repeats == 1000
    assert result.requests == 1001
    assert "repeated known architectures 1000 times in a row" in result.stopped


def test_a_strategy_with_nothing_left_ends() -> None:
    result = search(SPACE, total, Quits, labels=5)
    assert len(result.labels) == 3
    assert result.stopped == "the strategy had nothing left to propose after 3 labels"


def test_the_whole_space_can_be_bought() -> None:
    result = search(SPACE, total, "random", labels=len(SPACE))
    assert {label.architecture for label in result.labels} == set(SPACE)


def test_a_strategy_function_gets_the_pool_only_if_it_takes_it() -> None:
    objective = Pooled()
    search(SPACE, objective, functools.partial(Evolution, population=5), labels=30)
    assert len(objective.measured) == 30

    def without_pool(space: ToySpace, rng: np.random.Generator) -> Strategy:
        return RandomSearch(space, rng)

    assert len(search(SPACE, total, without_pool, labels=4).labels) == 4


# --- the record ---------------------------------------------------------------------------------
CASES = [
    ("evolution", {"population": 8, "sample": 3}, "journal"),
    pytest.param("optuna:tpe", {}, "journal", marks=pytest.mark.slow),
    pytest.param("local", {}, "sqlite", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("strategy", "settings", "kind"), CASES)
def test_killed_at_any_moment_it_ends_with_the_same_labels(
    tmp_path: Path, strategy: str, settings: dict[str, Any], kind: str
) -> None:
    script = Path(__file__).parents[1] / "killed_search.py"
    command = [sys.executable, str(script), str(tmp_path), strategy, json.dumps(settings), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["killed"] == told["whole"]
    assert len(told["killed"]) == (10 if kind == "sqlite" else 40)
    assert told["kills"] == len(told["found"]), "a search ended before its kill"
    assert told["found"] == sorted(told["found"]), "a kill lost labels"
    assert 0 < told["found"][-1] < len(told["killed"]), f"no kill came in the middle: {told}"
    if kind == "journal":
        assert "in use by another search" in told["refused"]
        assert any(row["value"] is None for row in told["whole"]), "no failed label was among them"


def test_going_on_measures_only_what_is_missing(tmp_path: Path) -> None:
    whole = search(SPACE, Pooled(), "local", labels=20)
    first = Pooled()
    search(SPACE, first, "local", labels=8, storage=tmp_path)
    second = Pooled()
    result = search(SPACE, second, "local", labels=20, storage=tmp_path)
    assert plain_labels(result) == plain_labels(whole)
    assert first.measured + second.measured == [label.architecture for label in whole.labels]
    third = Pooled()
    assert (
        plain_labels(search(SPACE, third, "local", labels=5, storage=tmp_path))
        == (plain_labels(whole)[:5])
    )
    assert third.measured == []


def test_an_objective_that_is_interrupted_leaves_a_record_to_go_on_from(tmp_path: Path) -> None:
    bought: list[Architecture] = []

    def impatient(arch: Architecture) -> float:
        if len(bought) == 7:
            bought.clear()
            raise KeyboardInterrupt
        bought.append(arch)
        return total(arch)

    arguments: dict[str, Any] = {"strategy": "random", "labels": 20, "storage": tmp_path / "a.log"}
    with pytest.raises(
        KeyboardInterrupt, match=r"after 7 of 20 labels, which are kept in .*a\.log"
    ):
        search(SPACE, impatient, **arguments)
    for before, words in ((6, "after 1 of 20 labels, which are lost"), (7, "before it bought a")):
        bought[:] = [SPACE.sample(np.random.default_rng(0), 1)[0]] * before
        with pytest.raises(KeyboardInterrupt, match=words):
            search(SPACE, impatient, **{**arguments, "storage": None})
    result = search(SPACE, impatient, **arguments, on_label=lambda _: bought.clear())
    assert [x.architecture for x in result.labels] == [
        x.architecture for x in search(SPACE, total, "random", labels=20).labels
    ]


def test_twins_are_bought_once_and_cost_nothing(tmp_path: Path) -> None:
    class Twins(ToySpace):
        def canonical_id(self, arch: Architecture) -> str:
            return str(arch.choices[:3])

    space = Twins()
    results = [
        search(space, total, "random", labels=45, dedup="isomorphic", storage=tmp_path)
        for _ in range(2)
    ]
    ids = [space.canonical_id(label.architecture) for label in results[0].labels]
    assert len(set(ids)) == 45
    assert results[0].repeats > 0
    assert plain_labels(results[0]) == plain_labels(results[1])
    assert results[1].repeats == results[0].repeats


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 4}, "seed 3"),
        ({"strategy": "local"}, "strategy 'random'"),
        ({"dedup": "isomorphic"}, "dedup 'exact'"),
        ({"objective": Pooled()}, "objective 'total'"),
        ({"strategy": "evolution", "settings": {"population": 5}}, "settings {}"),
    ],
)
def test_a_storage_of_another_search_is_refused(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    arguments: dict[str, Any] = {
        "space": SPACE, "objective": total, "strategy": "random", "labels": 9, "seed": 3,
        "storage": tmp_path / "run.journal",
    }  # fmt: skip
    search(**arguments)
    with pytest.raises(StorageError, match=words) as caught:
        search(**{**arguments, **change})
    assert "\n" not in str(caught.value)
    assert len(search(**{**arguments, **change, "name": "another"}).labels) == 9


def test_a_replay_that_leaves_the_record_is_refused(tmp_path: Path) -> None:
    class Changes(RandomSearch):
        skip = 0

        def ask(self, n: int = 1) -> list[Architecture]:
            if len(self._seen) == 3 and Changes.skip:
                super().ask(1)
            return super().ask(n)

    search(SPACE, total, Changes, labels=6, storage=tmp_path)
    Changes.skip = 1
    with pytest.raises(StorageError, match="asks for"):
        search(SPACE, total, Changes, labels=6, storage=tmp_path)


# --- bad input ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"strategy": "evolutoin"}, UnknownNameError, "did you mean 'evolution'"),
        ({"strategy": "optuna:tpee"}, UnknownNameError, "did you mean 'optuna:tpe'"),
        ({"strategy": 7}, SettingsError, "expected a registered name"),
        ({"strategy": lambda space, rng: None}, SettingsError, "expected a Strategy"),
        ({"space": "nasbench2O1"}, UnknownNameError, "did you mean 'nasbench201'"),
        ({"labels": 0}, SettingsError, "labels=0"),
        ({"labels": 2.5}, SettingsError, "labels=2.5"),
        ({"labels": "10"}, SettingsError, "labels='10'"),
        ({"labels": True}, SettingsError, "labels=True"),
        ({"labels": 106}, SettingsError, "105"),
        ({"labels": 31, "objective": Pooled()}, SettingsError, "30"),
        ({"seed": -1}, SettingsError, "seed=-1"),
        ({"strategy": "nao", "settings": {"first": 12}, "labels": 12}, SettingsError, "needs 12"),
        ({"settings": {"poplation": 5}, "strategy": "evolution"}, SettingsError, "'population'"),
        ({"settings": {"population": 1}, "strategy": "evolution"}, SettingsError, "population=1"),
        ({"settings": {"x": np.ones(2)}}, SettingsError, "plain values"),
        ({"settings": {"rng": 3}}, SettingsError, "setting rng=3"),
        ({"settings": {"pool": None}}, SettingsError, "setting pool=None"),
        ({"objective": 5}, SettingsError, "objective"),
        ({"dedup": "twins"}, UnknownNameError, "exact, isomorphic"),
    ],
)
def test_bad_input_gets_one_sentence(
    change: dict[str, Any], error: type[Exception], words: str
) -> None:
    arguments: dict[str, Any] = {"space": SPACE, "objective": total, "strategy": "random"}
    with pytest.raises(error) as caught:
        search(**{**arguments, "labels": 10, **change})
    message = str(caught.value)
    assert words in message
    assert "\n" not in message


def table_of(**settings: Any) -> TableBenchmark:
    rows = SPACE.all_choices()
    return TableBenchmark(SPACE, rows, rows.sum(axis=1) + 50.0, name="sums", **settings)


def test_the_standing_of_the_best_is_reported_and_kept(tmp_path: Path) -> None:
    result = search(SPACE, table_of(), "random", labels=20)
    values = table_of().values
    assert result.standing == {"rank": 1 + int((values > result.best.value).sum()), "of": 105}
    result.save(tmp_path)
    assert load_result(tmp_path, SPACE).standing == result.standing
    shown = "rank {rank} of {of} in the table".format(**result.standing)
    assert shown in report(result, tmp_path).read_text()
    assert search(SPACE, total, "random", labels=3).standing == {}


def test_a_record_of_another_table_is_refused(tmp_path: Path) -> None:
    search(SPACE, table_of(), "random", labels=5, storage=tmp_path)
    tested = table_of(test_values=np.full(105, 60.0))
    assert len(search(SPACE, tested, "random", labels=8, storage=tmp_path).labels) == 8
    with pytest.raises(StorageError, match="holds a search with table"):
        search(SPACE, table_of(seconds=np.ones(105)), "random", labels=8, storage=tmp_path)


def test_an_objective_of_another_space_is_refused() -> None:
    with pytest.raises(SettingsError, match="of space 'toy' for space 'nasbench201'"):
        search("nasbench201", Pooled(), "random", labels=5)


def test_whole_numbers_of_numpy_are_taken() -> None:
    result = search(SPACE, total, "random", labels=np.int64(3), seed=np.int64(2))  # type: ignore[arg-type]
    assert [type(label) for label in result.labels] == [Label] * 3
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_record_goes_on_only_with_what_the_objective_says_it_is(tmp_path: Path) -> None:
    class Trained(Pooled):
        epochs = 3

        def identity(self) -> dict[str, Any]:
            return {"epochs": np.int64(self.epochs), "seed": "not that of the search"}

        def standing(self, arch: Architecture) -> dict[str, int]:
            return {"rank": 2, "of": 30}

    objective = Trained()
    first = search(SPACE, objective, "random", labels=3, storage=tmp_path)
    assert first.standing == {"rank": 2, "of": 30}
    again = search(SPACE, Trained(), "random", labels=5, storage=tmp_path)
    assert again.labels[:3] == first.labels
    objective.epochs = 4
    with pytest.raises(StorageError, match="epochs 3, and this one has epochs 4"):
        search(SPACE, objective, "random", labels=5, storage=tmp_path)
