"""Names, settings and the contract, over the registry's strategies that need no training."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.strategies import STRATEGIES, list_strategies, make_strategy
from archscout.testing._strategies import check_strategy
from archscout.testing._toy import ToySpace

SIMPLE = {
    "random": {},
    "evolution": {"population": 8, "sample": 3},
    "local": {},
    "optuna:tpe": {"tries": 5},
    "optuna:random": {},
    "optuna:qmc": {},
    "optuna:nsgaii": {"population_size": 8},
}


@pytest.mark.slow
@pytest.mark.parametrize("space", [ToySpace(), load_space("nasbench201")], ids=["toy", "cells"])
@pytest.mark.parametrize("name", SIMPLE)
def test_every_simple_strategy_keeps_the_contract(name: str, space: SearchSpace) -> None:
    def make(space: SearchSpace, rng: np.random.Generator, pool: object = None) -> object:
        return make_strategy(name, space, rng, pool=pool, **SIMPLE[name])  # type: ignore[arg-type]

    check_strategy(make, space, np.random.default_rng(0), labels=24)  # type: ignore[arg-type]


def test_every_name_is_listed_with_a_summary_and_a_source() -> None:
    names = list_strategies()
    assert {"random", "evolution", "local", "nao", "seminas", "optuna:tpe"} <= set(names)
    assert list_strategies("optuna:*") == [
        "optuna:gp", "optuna:nsgaii", "optuna:qmc", "optuna:random", "optuna:tpe",
    ]  # fmt: skip
    for name in names:
        assert STRATEGIES[name].summary
        assert STRATEGIES[name].source


def test_every_simple_name_loads() -> None:
    rng = np.random.default_rng(0)
    for name in [*SIMPLE, "optuna:gp"]:
        assert make_strategy(name, ToySpace(), rng).audit == []


@pytest.mark.parametrize("name", ["optuna:", "optuna:cmaes", "rnadom", ""])
def test_unknown_names(name: str) -> None:
    with pytest.raises(UnknownNameError, match="no strategy is named"):
        make_strategy(name, ToySpace(), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("name", "setting", "words"),
    [
        ("random", "population", "'population'"),
        ("evolution", "populaton", "did you mean 'population'"),
        ("optuna:tpe", "multivariat", "did you mean 'multivariate'"),
        ("optuna:tpe", "tries", "tries=0"),
        ("optuna:nsgaii", "population_size", "population_size"),
    ],
)
def test_wrong_settings(name: str, setting: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make_strategy(name, ToySpace(), np.random.default_rng(0), **{setting: 0})


@pytest.mark.parametrize(
    ("name", "setting", "value", "words"),
    [
        ("evolution", "population", "many", "got 'many' for population .* a whole number"),
        ("evolution", "sample", 2.5, "got 2.5 for sample .* such as its default 10"),
        ("evolution", "retries", True, "got True for retries"),
        ("seminas", "semi_supervised", "no", "got 'no' for semi_supervised .* true or false"),
        ("seminas", "preset", 7, "got 7 for preset .* a text"),
        ("optuna:tpe", "tries", "3", "got '3' for tries"),
        ("optuna:tpe", "n_startup_trials", "x", "got 'x' for n_startup_trials .* a whole number"),
        ("seminas", "first", [1], r"got \[1\] for first of strategy seminas, expected a whole"),
        ("seminas", "first", 16.5, "got 16.5 for first"),
        ("nao", "each", "5", "got '5' for each"),
    ],
)
def test_settings_of_another_kind(name: str, setting: str, value: object, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make_strategy(name, ToySpace(), np.random.default_rng(0), **{setting: value})


def test_none_leaves_a_setting_to_the_strategy() -> None:
    strategy = make_strategy("nao", ToySpace(), np.random.default_rng(0), first=None)
    assert (
        strategy.minimum_labels
        == make_strategy("nao", ToySpace(), np.random.default_rng(0)).minimum_labels
    )


def test_a_round_of_a_whole_space_is_drawn_at_once() -> None:
    space = load_space("nasbench201")
    strategy = make_strategy("random", space, np.random.default_rng(0))
    drawn = strategy.sample_unseen(100_000, set(space.architectures(space.all_choices()[:5])))
    assert len(drawn) == len(set(drawn)) == len(space) - 5


@pytest.mark.slow
def test_listing_loads_nothing_heavy() -> None:
    code = (
        "import sys; from archscout.strategies import list_strategies; list_strategies(); "
        "print([m for m in ('torch', 'optuna', 'pandas', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_a_name_makes_is_found_in_the_room() -> None:
    import archscout.strategies as room

    for name in STRATEGIES.names():
        made = STRATEGIES[name].load()
        for _ in range(2):  # A file of the same name would take its place after the first.
            assert getattr(room, made.__name__) is made
            assert made.__name__ in room.__all__
    assert all(hasattr(room, public) for public in room.__all__)


@pytest.mark.parametrize("name", ["guided", "seminas"])
def test_the_old_spelling_is_told_the_new_one(name: str) -> None:
    with pytest.raises(SettingsError, match="did you mean 'unlabeled'"):
        make_strategy(name, ToySpace(), np.random.default_rng(0), unlabelled=5)
