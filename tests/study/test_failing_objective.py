"""Objectives that fail: a bug stops a search early, and what failed can be bought again."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout.benchmarks import TableBenchmark
from archscout.errors import ArchscoutError, ObjectiveError, SettingsError
from archscout.experiments import BenchmarkSpec
from archscout.experiments._candidates import Candidate
from archscout.experiments.comparison._jobs import SearchJob, run_search
from archscout.objectives._function import FunctionObjective
from archscout.objectives._objective import Measurement
from archscout.reports._content import headline
from archscout.results._load import load_result
from archscout.results.search import SearchResult
from archscout.spaces.base import Architecture
from archscout.strategies import list_strategies
from archscout.strategies.random_search import RandomSearch
from archscout.study._loop import search
from archscout.study.buying import SearchProgress
from archscout.study.record._storage import StudyRecord
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


def total(arch: Architecture) -> float:
    return float(sum(arch.choices))


def broken(arch: Architecture) -> float:
    return undefined_name  # type: ignore[name-defined,no-any-return] # noqa: F821


def raising(error: BaseException) -> Callable[[Architecture], float]:
    def objective(arch: Architecture) -> float:
        raise error

    return objective


def numbered(arch: Architecture) -> float:
    raise ValueError(f"{object()} met {arch!r} = {SPACE.format(arch)} = {list(arch.choices)}")


BUGS: list[Callable[[Architecture], Any]] = [
    broken,
    numbered,
    lambda arch: None,
    lambda arch: (total(arch), 1.0),
    lambda arch: math.nan,
    lambda arch: "0.9",
    raising(SystemExit(1)),
    lambda arch: Measurement(math.nan, 1.0),
]


# --- a bug stops the search ---------------------------------------------------------------------
@pytest.mark.parametrize("bug", BUGS)
def test_three_equal_failures_and_no_success_stop_the_search(
    bug: Callable[[Architecture], Any], tmp_path: Path
) -> None:
    seen: list[SearchProgress] = []
    arguments: dict[str, Any] = {"strategy": "random", "labels": 20, "storage": tmp_path / "a.log"}
    with pytest.raises(ObjectiveError, match="3 times in a row") as caught:
        search(SPACE, bug, **arguments, on_label=seen.append)
    message = str(caught.value)
    for words in ("\n" not in message, "a.log" in message, "retry_failed" in message):
        assert words
    assert " ".join(seen[-1].label.error.split()) in message
    assert len(seen) == 3
    result = search(SPACE, bug, **arguments, keep_going=True)
    assert len(result.labels) == 20
    assert all(label.failed for label in result.labels)


def test_the_line_of_the_bug_is_shown() -> None:
    with pytest.raises(ObjectiveError, match="in memory alone") as caught:
        search(SPACE, broken, "random", labels=9)
    cause = caught.value.__cause__
    assert isinstance(cause, NameError)
    assert cause.__traceback__ is not None
    frames = cause.__traceback__
    while frames.tb_next is not None:
        frames = frames.tb_next
    assert frames.tb_frame.f_code.co_name == "broken"
    assert issubclass(ObjectiveError, ArchscoutError)


def answering(*answers: Any) -> Callable[[Architecture], Any]:
    left = itertools.chain(answers, itertools.repeat(1.0))

    def objective(arch: Architecture) -> Any:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return objective


@pytest.mark.parametrize(
    "answers",
    [
        (1.0, None, None, None, None),
        (None, None, 1.0, None, None, None),
        (None, None, math.nan, None, None, (1, 2)),
        (ValueError("a"), ValueError("b"), ValueError("a"), TypeError("a"), TypeError("a")),
    ],
)
def test_a_success_or_another_error_lets_it_go_on(answers: tuple[Any, ...]) -> None:
    assert len(search(SPACE, answering(*answers), "random", labels=12).labels) == 12


def test_the_labels_of_a_record_count_as_success_and_never_as_failure(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    for storage, first in ((bad, broken), (good, total)):
        first.__name__ = "same"
        search(SPACE, first, "random", labels=4, storage=storage, keep_going=True)
    broken.__name__ = "same"
    assert len(search(SPACE, broken, "random", labels=9, storage=good).labels) == 9
    seen: list[SearchProgress] = []
    with pytest.raises(ObjectiveError):
        search(SPACE, broken, "random", labels=9, storage=bad, on_label=seen.append)
    assert len(seen) == 7


# --- buying again -------------------------------------------------------------------------------
def half(arch: Architecture) -> float:
    """Fails for some with a bug and for one for ever."""
    if arch.choices == (1, 1, 1, 0) or arch.choices[1] == 1:
        raise ValueError("half of them")
    return total(arch)


def mended(arch: Architecture) -> float:
    if arch.choices == (1, 1, 1, 0) or arch.choices[1:3] == (1, 2):
        raise ValueError("never")
    return total(arch)


mended.__name__ = half.__name__


def plain(result: SearchResult) -> list[Any]:
    """All but the prices, which a clock decides."""
    return [(x.number, x.architecture, str(x.value), x.error, x.info) for x in result.labels]


def attempts(result: SearchResult) -> list[list[str]]:
    return [[attempt.error for attempt in label.attempts] for label in result.labels]


@pytest.mark.parametrize("strategy", ["evolution", "local"])
def test_failed_labels_are_bought_again_in_their_places(strategy: str, tmp_path: Path) -> None:
    where = tmp_path / "a.log"
    settings = {"population": 5, "sample": 3} if strategy == "evolution" else {}
    how: dict[str, Any] = {"strategy": strategy, "settings": settings, "storage": where, "seed": 2}
    first = search(SPACE, half, **how, labels=12)
    failed = [label.number for label in first.labels if label.failed]
    assert failed
    paid = first.seconds
    seen: list[SearchProgress] = []
    again = search(SPACE, mended, **how, labels=12, retry_failed=True, on_label=seen.append)
    assert [x.architecture for x in again.labels] == [x.architecture for x in first.labels]
    assert len(again.labels) == again.requests - again.repeats == 12
    assert again.bought_again == len(failed)
    assert again.seconds > paid
    assert again.seconds == pytest.approx(sum(label.seconds for label in again.labels))
    assert len(seen) == 12 + len(failed)
    for label in again.labels:
        expected = math.nan
        if label.architecture.choices != (1, 1, 1, 0) and label.architecture.choices[1:3] != (1, 2):
            expected = total(label.architecture)
        assert label.value == expected or (label.failed and math.isnan(expected))
        assert len(label.attempts) == (2 if label.number in failed else 0)
        if label.attempts:
            assert [a.error for a in label.attempts] == ["ValueError: half of them", label.error]
            assert all(a.seconds > 0 for a in label.attempts)
            assert label.seconds == math.fsum(a.seconds for a in label.attempts)
            assert label.info == first.labels[label.number].info
    assert again.best.value == max(x.value for x in again.labels if not x.failed)
    assert "bought again" in dict((t[0], t[2]) for t in headline(again)["tiles"])["Labels"]
    assert "attempts" in again.to_frame()
    # What was bought again is replayed exactly, and the search goes on from there.
    replayed = search(SPACE, broken_like(half), **how, labels=12)
    assert repr(replayed.labels) == repr(again.labels)
    assert (replayed.seconds, replayed.requests) == (again.seconds, again.requests)
    more = [search(SPACE, mended, **how, labels=20) for _ in range(2)]
    assert repr(more[0].labels) == repr(more[1].labels)
    assert repr(more[0].labels[:12]) == repr(again.labels)
    fewer = search(SPACE, broken_like(half), **how, labels=5)
    assert repr(fewer.labels) == repr(again.labels[:5])
    more[0].save(tmp_path)
    loaded = load_result(tmp_path, SPACE)
    assert repr(loaded.labels) == repr(more[0].labels)
    assert loaded.to_dict()["bought_again"] == len(failed)


def test_a_database_keeps_what_was_bought_again(tmp_path: Path) -> None:
    how: dict[str, Any] = {"labels": 4, "seed": 2, "storage": f"sqlite:///{tmp_path}/a.db"}
    first = search(SPACE, half, "random", **how)
    again = search(SPACE, mended, "random", **how, retry_failed=True)
    assert again.bought_again == sum(label.failed for label in first.labels) > 0
    replayed = search(SPACE, broken_like(half), "random", **how)
    assert repr(replayed.labels) == repr(again.labels)


def broken_like(objective: Callable[..., float]) -> Callable[[Architecture], float]:
    """Must not be called; of the same search by its name."""
    never = raising(AssertionError("measured"))
    never.__name__ = objective.__name__
    return never


def test_a_budget_that_went_to_failures_is_repaired(tmp_path: Path) -> None:
    how: dict[str, Any] = {"strategy": "local", "labels": 8, "storage": tmp_path}
    first = search(SPACE, named(broken), **how, keep_going=True)
    assert all(label.failed for label in first.labels)
    with pytest.raises(ObjectiveError):
        search(SPACE, named(broken), **how, retry_failed=True)
    result = search(SPACE, named(total), **how, retry_failed=True)
    assert [label.value for label in result.labels] == [
        total(label.architecture) for label in first.labels
    ]
    assert [len(label.attempts) for label in result.labels] == [3, 3, 3, 2, 2, 2, 2, 2]
    assert result.bought_again == 8
    assert search(SPACE, named(total), **how, retry_failed=True).seconds == result.seconds


def named(objective: Callable[..., Any]) -> Callable[[Architecture], Any]:
    def mine(arch: Architecture) -> Any:
        return objective(arch)

    return mine


class Dies(BaseException):
    """Stands for a kill: nothing of ours catches it."""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("strategy", ["evolution", "optuna:tpe", "guided"])
def test_killed_while_it_buys_again_it_ends_in_the_same_state(
    strategy: str, after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"evolution": {"population": 4, "sample": 2}, "guided": {"first": 4, "each": 3}}
    how: dict[str, Any] = {
        "strategy": strategy, "settings": settings.get(strategy, {}), "seed": 1,
    }  # fmt: skip

    def ended(storage: Path, kills: list[int]) -> SearchResult:
        search(SPACE, half, **how, labels=9, storage=storage)
        for kill in kills:
            written = itertools.count(1)
            add = StudyRecord.add

            def dying(
                self: StudyRecord,
                *label: Any,
                add: Any = add,
                written: Any = written,
                kill: int = kill,
            ) -> None:
                last = next(written) == kill
                if not last or after:
                    add(self, *label)
                if last:
                    raise Dies

            with monkeypatch.context() as patched:
                patched.setattr(StudyRecord, "add", dying)
                with pytest.raises(Dies):
                    search(SPACE, total_half, **how, labels=15, storage=storage, retry_failed=True)
        return search(SPACE, total_half, **how, labels=15, storage=storage, retry_failed=True)

    whole, killed = ended(tmp_path / "whole", []), ended(tmp_path / "killed", [1, 2])
    assert whole.bought_again >= 2
    assert plain(killed) == plain(whole)
    assert attempts(killed) == attempts(whole)


def total_half(arch: Architecture) -> float:
    return total(arch)


total_half.__name__ = half.__name__


def test_buying_again_needs_a_storage() -> None:
    with pytest.raises(SettingsError, match="retry_failed=True without a storage"):
        search(SPACE, total, "random", labels=3, retry_failed=True)


def test_the_strategy_hears_the_failure_and_then_the_value(tmp_path: Path) -> None:
    told: list[tuple[tuple[int, ...], str]] = []

    class Listens(RandomSearch):
        def tell(self, archs: Any, values: Any) -> None:
            told.extend(
                (arch.choices, str(value)) for arch, value in zip(archs, values, strict=True)
            )
            super().tell(archs, values)

    search(SPACE, half, Listens, labels=6, storage=tmp_path)
    heard = told.copy()
    told.clear()
    result = search(SPACE, total_half, Listens, labels=8, storage=tmp_path, retry_failed=True)
    again = [(x.architecture.choices, str(x.value)) for x in result.labels if x.attempts]
    fresh = [(x.architecture.choices, str(x.value)) for x in result.labels[6:]]
    assert again
    assert told == heard + again + fresh


def test_seconds_are_no_input_to_any_strategy() -> None:
    def priced(seed: int) -> Callable[[Architecture], Measurement]:
        rng = np.random.default_rng(seed)
        return lambda arch: Measurement(total(arch), float(rng.random()))

    for name in ("random", "evolution", "local", "guided", "optuna:tpe"):
        one, other = (search(SPACE, priced(seed), name, labels=14) for seed in (0, 1))
        assert plain(one) == plain(other)
    assert "guided" in list_strategies()


def test_a_callback_that_raises_loses_no_label(tmp_path: Path) -> None:
    def stops(progress: SearchProgress) -> None:
        if progress.bought == 3:
            raise StopIteration

    how: dict[str, Any] = {"strategy": "random", "labels": 5, "storage": tmp_path}
    with pytest.raises(StopIteration):
        search(SPACE, total, **how, on_label=stops)
    seen: list[SearchProgress] = []
    result = search(SPACE, total, **how, on_label=seen.append)
    assert result.manifest["recorded_labels"] == 3
    assert len(seen) == len(result.labels) == 5


@pytest.mark.parametrize("wrong", [SystemExit(), OSError(), "0.9", None, [1.0], math.nan])
def test_what_is_asked_after_the_end_loses_no_search(wrong: Any) -> None:
    class Odd(FunctionObjective):
        def test_value(self, arch: Architecture) -> Any:
            if isinstance(wrong, BaseException):
                raise wrong
            return wrong

        def noise(self) -> Any:
            raise wrong if isinstance(wrong, BaseException) else ValueError("no noise")

        def standing(self, arch: Architecture) -> Any:
            return {"rank": wrong, "of": 2}

    result = search(SPACE, Odd(total), "random", labels=3)
    assert all(math.isnan(value) for value in result.test_values.values())
    assert (result.noise, result.standing) == ({}, {})


def test_a_comparison_takes_failed_rows_as_they_are() -> None:
    spec = BenchmarkSpec.named("nasbench201")
    table = spec.load()
    values = np.full_like(table.values, np.nan)
    values[-40:] = table.values[-40:]
    mostly = TableBenchmark(table.space, table.choices, values, name="mostly failed")

    class Mostly(BenchmarkSpec):
        def load(self) -> TableBenchmark:
            return mostly

    record = run_search(SearchJob(Candidate("random", "random"), 8, 0, Mostly("nasbench201")))
    assert len(record.values) == 8
    assert np.isnan(record.values[:3]).all()
