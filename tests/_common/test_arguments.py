"""What users pass by mistake gets one sentence that says what came and what to do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
import torch

import archscout
from archscout._common.arguments import told_in_words, whole
from archscout.benchmarks import TableBenchmark
from archscout.errors import ArchscoutError, SettingsError
from archscout.experiments import BenchmarkSpec, compare, rank
from archscout.objectives._function import FunctionObjective
from archscout.objectives._objective import Measurement
from archscout.predictors import make_predictor
from archscout.spaces import load_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies import make_strategy
from archscout.strategies.base import Strategy
from archscout.strategies.random_search import RandomSearch
from archscout.study._loop import search
from archscout.study.ledger import Ledger
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
RNG = np.random.default_rng(0)
NETWORK = torch.nn.Linear(2, 2)
STUDY = optuna.create_study(storage=optuna.storages.InMemoryStorage())


def total(arch: Architecture) -> float:
    return float(sum(arch.choices))


def refused(call: Callable[[], object], *words: str) -> None:
    with pytest.raises(ArchscoutError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    for word in words:
        assert word in message


class Half:
    """Measures without the generator that an objective is given."""

    def measure(self, arch: Architecture) -> float:
        return 1.0


class Whole(FunctionObjective):
    def __init__(self, **changed: Any) -> None:
        super().__init__(total)
        self.__dict__.update(changed)


class NoRandomness(FunctionObjective):
    def measure(self, arch: Architecture) -> Measurement:  # type: ignore[override]
        return Measurement(1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        # the space
        *(
            ({"space": space}, ("as space, expected a search space", said))
            for space, said in [
                ({}, "a dict"),
                (math, "the module math"),
                (None, "None"),
                ([1, 2], "a list"),
                (7, "an int"),
                (ToySpace, "ToySpace()"),
                (SearchSpace, "the class SearchSpace"),
                (Path("table.csv"), "PosixPath"),
                (NETWORK, "a network has no choices of its own"),
                (FunctionObjective(total), "the space comes first"),
                (lambda: None, "a function"),
            ]
        ),
        ({"space": "toy"}, ("no space is named 'toy'",)),
        # the objective
        ({"objective": {"a": 1.0}}, ("a dict", "lambda arch")),
        ({"objective": None}, ("None", "expected an objective")),
        ({"objective": math}, ("the module math",)),
        ({"objective": "nasbench201"}, ("a str", "load_benchmark")),
        ({"objective": Path("table.csv")}, ("PosixPath", "load_benchmark")),
        ({"objective": NETWORK}, ("a Linear", "builds, trains and scores")),
        ({"objective": Whole}, ("the class Whole", "create one")),
        ({"objective": lambda arch, epochs: 1.0}, ("one architecture", "'epochs'")),
        ({"objective": lambda: 1.0}, ("one architecture",)),
        ({"objective": functools.partial(total, arch=SPACE)}, ("one architecture",)),
        ({"objective": Half()}, ("a Half", "measure(arch, rng)")),
        ({"objective": Whole(direction="max")}, ("direction is named 'max'",)),
        ({"objective": Whole(unit=None)}, ("unit is None",)),
        ({"objective": NoRandomness(total)}, ("measure(arch, rng)",)),
        ({"objective": Whole(space="nasbench201")}, ("of space 'nasbench201'",)),
        ({"objective": Whole(pool=lambda: np.zeros((3, 2), int))}, ("expected",)),
        ({"objective": Whole(pool=lambda: np.zeros((3, 4)))}, ("expected",)),
        ({"objective": Whole(pool=lambda: np.zeros(4, int))}, ("expected",)),
        ({"objective": Whole(pool=lambda: np.full((3, 4), 9))}, ("expected",)),
        ({"objective": Whole(pool=lambda: np.full((3, 4), "a"))}, ("expected",)),
        ({"objective": Whole(pool=lambda: 5)}, ("expected",)),
        # the strategy
        ({"strategy": None}, ("None as strategy",)),
        ({"strategy": ["local"]}, ("a list as strategy",)),
        ({"strategy": RandomSearch(SPACE, RNG)}, ("the class RandomSearch itself",)),
        ({"strategy": optuna.samplers.TPESampler()}, ("'optuna:tpe'",)),
        ({"strategy": Strategy}, ("abstract",)),
        ({"strategy": dict}, ("expected a registered name",)),
        ({"strategy": SearchSpace}, ("expected a registered name",)),
        ({"strategy": lambda space: None}, ("(space, rng)",)),
        ({"strategy": RandomSearch, "settings": {"population": 3}}, ("population",)),
        # the rest
        *(({"labels": n}, ("got labels=",)) for n in ("40", None, [4], 4.0, math, np.ones(2))),
        *(({"seed": n}, ("got seed=",)) for n in ("0", None, [0], 0.5, RNG)),
        ({"storage": STUDY}, ("a Study as storage", "URL")),
        ({"storage": optuna.storages.InMemoryStorage()}, ("InMemoryStorage as storage",)),
        ({"storage": 5}, ("an int as storage",)),
        ({"storage": {}}, ("a dict as storage",)),
        ({"storage": ""}, ("an empty text as storage",)),
        ({"settings": ["population", 5]}, ("a list as settings",)),
        ({"settings": "population=5"}, ("a str as settings",)),
        ({"settings": {5: 1}}, ("the key 5 in settings",)),
        ({"on_label": 3}, ("an int as on_label",)),
        ({"name": 3}, ("an int as name",)),
        ({"dedup": None}, ("exact, isomorphic",)),
        ({"direction": "minimize"}, ("search() has no argument 'direction'", "FunctionObjective")),
        ({"label": 5}, ("did you mean 'labels'",)),
    ],
)
def test_a_search_says_what_is_wrong(change: dict[str, Any], words: tuple[str, ...]) -> None:
    arguments: dict[str, Any] = {"space": SPACE, "objective": total, "strategy": "random"}
    refused(lambda: search(**{**arguments, "labels": 3, **change}), *words)


@pytest.mark.parametrize("wrong", [None, 5, ["a"], {}, ToySpace, math])
def test_names_are_texts(wrong: Any) -> None:
    for call in (
        lambda: load_space(wrong),
        lambda: archscout.load_benchmark(wrong),
        lambda: make_strategy(wrong, SPACE, RNG),
        lambda: make_predictor(wrong, SPACE, RNG),
    ):
        refused(call, "expected a text: one of")


@pytest.mark.parametrize("make", [make_strategy, make_predictor])
def test_what_is_made_by_name_needs_a_space_and_a_generator(make: Callable[..., Any]) -> None:
    name = "random" if make is make_strategy else "forest"
    for space in (None, {}, ToySpace, NETWORK):
        refused(lambda space=space: make(name, space, RNG), "as space")  # type: ignore[misc]
    for rng in (None, 0, np.random, np.random.RandomState(0)):
        refused(lambda rng=rng: make(name, SPACE, rng), "default_rng(0)")  # type: ignore[misc]


@pytest.mark.parametrize(
    "missing",
    [{}, {"name": "mine"}, {"name": "mine", "variables": ()}, {"variables": ToySpace.variables}],
)
def test_a_space_without_name_or_variables_is_no_space(missing: dict[str, Any]) -> None:
    space = type("Mine", (SearchSpace,), missing)()
    with pytest.raises(SettingsError, match="of class Mine with name"):
        search(space, lambda arch: 1.0, "random", labels=1)


def test_a_ledger_says_what_is_wrong() -> None:
    refused(lambda: Ledger({}, total, 3), "a dict as space")  # type: ignore[arg-type]
    refused(lambda: Ledger(SPACE, {}, 3), "a dict, expected an objective")  # type: ignore[arg-type]
    refused(lambda: Ledger(SPACE, total, "40"), "labels='40'")  # type: ignore[arg-type]
    refused(lambda: Ledger(SPACE, total, 3, seed=None), "seed=None")  # type: ignore[arg-type]


TABLE = TableBenchmark(SPACE, SPACE.all_choices(), np.arange(105.0) / 2, name="t")


@pytest.mark.parametrize("run", [compare, rank])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": None}, "None as space"),
        ({"space": ToySpace}, "ToySpace()"),
        ({"benchmark_spec": TABLE}, "a table of 'toy'"),
        ({"benchmark_spec": Path("a.csv")}, "from_csv"),
        ({"benchmark_spec": "a.csv"}, "from_csv"),
        ({"benchmark_spec": None}, "None as the benchmark"),
        ({"names": None}, "expected names, places or classes"),
        ({"names": Architecture}, "Architecture"),
        ({"names": [Architecture]}, "Architecture"),
        ({"names": {"random": Architecture}}, "Architecture"),
        ({"names": [5]}, "an int as a"),
        ({"names": {"mine": None}}, "None as a"),
        ({"names": {3: "random"}}, "an int as the name of a"),
        ({"names": [RandomSearch(SPACE, RNG)]}, "pass the class RandomSearch itself"),
        ({"labels": None}, "labels"),
        ({"labels": 2.5}, "2.5"),
        ({"seeds": None}, "seeds"),
        ({"seeds": "40"}, "seeds"),
        ({"workers": "2"}, "workers='2'"),
        ({"settings": ["a"]}, "a list as settings"),
        ({"settings": {"random": 5, "forest": 5}}, "expected a dictionary"),
        ({"out": 5}, "an int as out"),
        ({"on_done": 5}, "an int as on_done"),
        ({"direction": "minimize"}, "has no argument 'direction'"),
        ({"objective": total}, "has no argument 'objective'"),
    ],
)
def test_comparisons_and_rankings_say_what_is_wrong(
    run: Callable[..., Any], change: dict[str, Any], words: str
) -> None:
    names = {compare: ("strategies", ["random"]), rank: ("predictors", ["forest"])}[run]
    spec = BenchmarkSpec.named("nasbench201")
    arguments: dict[str, Any] = {
        "space": "nasbench201", "benchmark_spec": spec, names[0]: names[1], "labels": 5,
        "seeds": 1, "workers": 1,
    }  # fmt: skip
    change = {names[0] if key == "names" else key: value for key, value in change.items()}
    refused(lambda: run(**{**arguments, **change}), words)


def test_numbers_of_numpy_are_whole() -> None:
    assert whole(np.int8(3), "n", 1) == 3
    refused(lambda: whole(True, "n", 0), "got n=True")


def test_a_wrapped_function_keeps_its_name_and_arguments() -> None:
    @told_in_words()
    def find(first: int, *, second: int = 2) -> int:
        """Find."""
        return first + second

    assert (find(1), find(first=1, second=5), find.__name__, find.__doc__) == (
        3,
        6,
        "find",
        "Find.",
    )
    refused(lambda: find(1, secnd=3), "did you mean 'second'")  # type: ignore[call-arg]
