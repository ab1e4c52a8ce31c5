"""Objectives that measure round by round: what a strategy is asked for and hears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archscout.errors import ArchscoutError
from archscout.objectives._objective import Measurement, Objective
from archscout.spaces.base import Architecture
from archscout.strategies.evolution import Evolution
from archscout.strategies.random_search import RandomSearch
from archscout.study._loop import search
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


class Moving(Objective):
    """The value of an architecture falls by 1 in each round after its own."""

    direction = "minimize"

    def __init__(self, first: int = 6, each: int = 4, most: int = 3) -> None:
        self.rounds = self
        self.first, self.each, self.most = first, each, most
        self.begun: list[list[Architecture]] = []

    def size(self, bought: int) -> int:
        if len(self.begun) == self.most:
            return 0
        return self.each if bought else self.first

    def begin(self, archs: Sequence[Architecture]) -> Mapping[Architecture, float]:
        older = [arch for part in self.begun for arch in part]
        self.begun.append(list(archs))
        return {arch: self.value(arch) for arch in older}

    def value(self, arch: Architecture) -> float:
        return float(sum(arch.choices) - len(self.begun))

    def measure(self, arch: Architecture, rng: np.random.Generator) -> Measurement:
        assert arch in self.begun[-1], "measured outside of its round"
        return Measurement(self.value(arch))


class Hearing(RandomSearch):
    """Notes how much it was asked for and what it heard."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.asked: list[int] = []
        self.heard: list[dict[Architecture, float]] = []
        made.append(self)

    def ask(self, n: int = 1) -> list[Architecture]:
        self.asked.append(n)
        # One at a time: a round is filled all the same.
        return super().ask(1)

    def tell(self, archs: Sequence[Architecture], values: Sequence[float]) -> None:
        super().tell(archs, values)
        self.heard.append(dict(zip(archs, values, strict=True)))


made: list[Hearing] = []


def test_a_round_is_asked_for_whole_and_heard_with_the_newer_values_of_all() -> None:
    objective = Moving()
    result = search(SPACE, objective, Hearing, labels=14)
    strategy = made[-1]
    assert strategy.asked == [6, 5, 4, 3, 2, 1, 4, 3, 2, 1, 4, 3, 2, 1]
    archs = [label.architecture for label in result.labels]
    assert objective.begun == [archs[:6], archs[6:10], archs[10:]]
    assert [list(heard) for heard in strategy.heard] == [archs[:6], archs[:10], archs]
    for number, heard in enumerate(strategy.heard, start=1):
        # Higher is better for a strategy, and this objective is minimised.
        assert heard == {arch: number - float(sum(arch.choices)) for arch in heard}
    rounds = [1] * 6 + [2] * 4 + [3] * 4
    assert [label.value for label in result.labels] == [
        sum(arch.choices) - number for arch, number in zip(archs, rounds, strict=True)
    ], "a label stays the value of its own round"


def test_a_search_ends_with_the_rounds_or_with_the_labels() -> None:
    over = search(SPACE, Moving(most=2), "random", labels=30)
    assert len(over.labels) == 10
    assert over.stopped == "the rounds of the objective were over after 10 labels"
    spent = search(SPACE, objective := Moving(), "random", labels=8)
    assert [len(part) for part in objective.begun] == [6, 2]
    assert spent.stopped == "all 8 labels were bought"


@pytest.mark.parametrize("stop", [3, 6, 8, 10])
@pytest.mark.parametrize("strategy", ["evolution", "local", "optuna:tpe"])
def test_a_search_that_was_killed_within_a_round_goes_on_to_the_same_labels(
    stop: int, strategy: str, tmp_path: Path
) -> None:
    class Stop(Exception):
        pass

    def stops(progress: Any) -> None:
        if progress.bought == stop:
            raise Stop

    whole = search(SPACE, Moving(), strategy, labels=14)
    with pytest.raises(Stop):
        search(SPACE, Moving(), strategy, labels=14, storage=tmp_path, on_label=stops)
    again = search(SPACE, Moving(), strategy, labels=14, storage=tmp_path)
    assert [(a.architecture, a.value) for a in again.labels] == [
        (a.architecture, a.value) for a in whole.labels
    ]
    assert again.manifest["recorded_labels"] == stop


def test_what_fails_for_a_whole_round_ends_the_search() -> None:
    class Diverged(ArchscoutError):
        pass

    class Failing(Moving):
        def begin(self, archs: Sequence[Architecture]) -> Mapping[Architecture, float]:
            raise Diverged("the loss is no number")

    with pytest.raises(Diverged):
        search(SPACE, Failing(), "random", labels=8)


def test_evolution_takes_a_newer_value_in_place_of_the_older() -> None:
    strategy = Evolution(SPACE, np.random.default_rng(0), population=3, sample=60)
    first = strategy.ask(3)
    strategy.tell(first, [3.0, 2.0, 1.0])
    strategy.tell(first, [1.0, 2.0, 3.0])
    child = strategy.ask(1)[0]
    changed = [sum(a != b for a, b in zip(child.choices, p.choices, strict=True)) for p in first]
    assert changed[2] == 1, "the parent is the best by the newer values"
    old = first[0]
    strategy.tell([*strategy.ask(2), child], [5.0, 5.0, 5.0])
    strategy.tell([old], [100.0])
    assert old not in strategy._alive, "what died of age stays dead"
