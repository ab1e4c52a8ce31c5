"""Optuna's samplers as strategies, and strategies as Optuna's sampler."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from archscout.errors import SettingsError
from archscout.spaces import load_space
from archscout.spaces.base import Architecture, SearchSpace
from archscout.strategies import (
    StrategySampler,
    list_strategies,
    make_strategy,
    suggest_architecture,
)
from archscout.strategies import (
    _optuna_claims as optuna_claims,
)
from archscout.strategies._optuna_claims import claim
from archscout.strategies._optuna_params import distributions, from_params, to_params
from archscout.strategies.base import Strategy
from archscout.strategies.random_search import RandomSearch
from archscout.study._loop import search
from archscout.testing._toy import ToySpace

SPACE = ToySpace()
# Rounds so small that a few labels see several.
FAST: dict[str, dict[str, Any]] = {
    "guided": {"first": 6},
    "guided-forest": {"first": 6, "each": 3},
    "nao": {"first": 6, "each": 5},
}


def total(arch: Architecture) -> float:
    return float(sum(arch.choices))


def test_architectures_become_parameters_and_come_back() -> None:
    for arch in SPACE:
        assert from_params(SPACE, to_params(SPACE, arch)) == arch
    assert list(distributions(SPACE)) == ["depth", "kernel", "width", "skip"]
    with pytest.raises(KeyError):
        from_params(SPACE, {"depth": "1"})


# --- Optuna's samplers as strategies ------------------------------------------------------------
@pytest.mark.slow
def test_tpe_learns() -> None:
    cells = load_space("nasbench201")

    def late(name: str) -> float:
        labels = search(cells, total, name, labels=60).labels
        return float(np.mean([label.value for label in labels[30:]]))

    assert late("optuna:tpe") > late("optuna:random") + 3


@pytest.mark.slow
def test_the_gaussian_process_learns_and_repeats_itself_from_a_seed() -> None:
    results = [search(SPACE, total, "optuna:gp", labels=13) for _ in range(2)]
    first, second = ([(x.architecture, x.value) for x in r.labels] for r in results)
    assert first == second
    assert results[0].best.value >= 9


def test_seeds_of_the_quasi_random_sampler_propose_different_cells() -> None:
    cells = load_space("nasbench201")
    first, again, second = (
        [label.architecture for label in search(cells, total, "optuna:qmc", 32, seed).labels]
        for seed in (0, 0, 1)
    )
    assert first == again
    assert len(set(first) & set(second)) < 3


def test_known_suggestions_are_answered_without_a_label() -> None:
    strategy = make_strategy("optuna:random", SPACE, np.random.default_rng(0), tries=500)
    told: list[Architecture] = []
    for _ in range(100):
        asked = strategy.ask()
        assert strategy.notes(asked[0])["origin"] == "optuna:random"
        told += asked
        strategy.tell(asked, [total(asked[0])])
    assert len(set(told)) == 100
    values = [t.value for t in strategy._study.trials if t.value is not None]  # type: ignore[attr-defined]
    assert len(values) > 150, "repeats were not told to the sampler"


def test_where_the_sampler_only_repeats_a_random_one_is_drawn_and_says_so() -> None:
    pool = SPACE.all_choices()[:40]
    strategy = make_strategy("optuna:tpe", SPACE, np.random.default_rng(0), pool=pool, tries=1)
    origins = []
    while asked := strategy.ask():
        origins.append(strategy.notes(asked[0])["origin"])
        strategy.tell(asked, [total(asked[0])])
    assert len(origins) == 40
    assert {o.partition(",")[0] for o in origins} == {"optuna:tpe", "random"}


def test_failed_values_reach_the_sampler_as_failures() -> None:
    strategy = make_strategy("optuna:tpe", SPACE, np.random.default_rng(0))
    asked = strategy.ask(2)
    strategy.tell(asked, [math.nan, 2.0])
    strategy.tell([arch for arch in SPACE if arch not in asked][:1], [math.nan])
    states = [t.state.name for t in strategy._study.trials]  # type: ignore[attr-defined]
    assert states.count("COMPLETE") == 1
    assert states.count("FAIL") >= 2


# --- strategies as Optuna's sampler ---------------------------------------------------------------
@pytest.fixture(autouse=True)
def quiet() -> Any:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_an_optuna_study_with_our_sampler_buys_what_our_search_buys(direction: str) -> None:
    sampler = StrategySampler("local", SPACE, seed=4)
    study = optuna.create_study(direction=direction, sampler=sampler)
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 40)
    sign = 1 if direction == "maximize" else -1
    own = search(SPACE, lambda arch: sign * total(arch), "local", labels=40, seed=4)
    bought = [from_params(SPACE, trial.params) for trial in study.trials]
    assert bought == [label.architecture for label in own.labels]


def test_other_parameters_failures_and_pruned_trials_are_taken() -> None:
    sampler = StrategySampler("evolution", SPACE, seed=0, population=5, sample=2)
    study = optuna.create_study(direction="maximize", sampler=sampler)

    def objective(trial: optuna.Trial) -> float:
        arch = suggest_architecture(trial, SPACE)
        rate = trial.suggest_float("rate", 0, 1)
        if trial.number % 5 == 1:
            raise optuna.TrialPruned
        return math.nan if trial.number % 5 == 2 else total(arch) + rate

    study.optimize(objective, 50)
    archs = [from_params(SPACE, trial.params) for trial in study.trials]
    assert len(set(archs)) == 50
    assert len({trial.params["rate"] for trial in study.trials}) == 50


def test_a_study_goes_on_from_trials_that_others_made() -> None:
    study = optuna.create_study(direction="maximize")
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 20)
    known = {from_params(SPACE, t.params) for t in study.trials if t.value is not None}
    study.sampler = StrategySampler(RandomSearch, SPACE)
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 30)
    fresh = [from_params(SPACE, trial.params) for trial in study.trials[20:]]
    assert not known & set(fresh)
    assert len(set(fresh)) == 30


def test_threads_share_one_strategy() -> None:
    study = optuna.create_study(sampler=StrategySampler("random", SPACE))
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 40, n_jobs=4)
    assert len({from_params(SPACE, trial.params) for trial in study.trials}) == 40


def test_when_nothing_is_left_it_repeats() -> None:
    study = optuna.create_study(sampler=StrategySampler("random", SPACE))
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), len(SPACE) + 5)
    assert len(study.trials) == len(SPACE) + 5
    assert {from_params(SPACE, trial.params) for trial in study.trials} == set(SPACE)


def test_a_sampler_around_it_may_fix_decisions() -> None:
    sampler = StrategySampler("local", SPACE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        fixed = optuna.samplers.PartialFixedSampler({"width": "8"}, sampler)
    study = optuna.create_study(sampler=fixed)
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 3)
    assert [trial.params["width"] for trial in study.trials] == ["8"] * 3


def test_a_forbidden_architecture_prunes_its_trial() -> None:
    trial = optuna.trial.FixedTrial({"depth": "0", "kernel": "3", "width": "8", "skip": "yes"})
    with pytest.raises(optuna.TrialPruned, match="forbids"):
        suggest_architecture(trial, SPACE)


def test_a_strategy_function_will_do() -> None:
    def make(space: SearchSpace, rng: np.random.Generator) -> Strategy:
        return make_strategy("local", space, rng)

    study = optuna.create_study(sampler=StrategySampler(make, SPACE), direction="maximize")
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 45)
    assert study.best_value == 10


@pytest.mark.parametrize("name", list_strategies())
def test_every_sampler_can_be_pickled(name: str) -> None:
    sampler = StrategySampler(name, load_space("nasbench201"), seed=1)
    assert pickle.loads(pickle.dumps(sampler)).strategy.ask(1) == sampler.strategy.ask(1)


@pytest.mark.parametrize(
    "name",
    [
        "random",
        "evolution",
        "local",
        "optuna:tpe",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("guided", "guided-forest", "nao")
        ),
    ],
)
def test_a_pickled_sampler_goes_on_as_if_it_had_not_been(name: str) -> None:
    def bought(labels: list[int]) -> list[Architecture]:
        sampler = StrategySampler(name, SPACE, seed=3, **FAST.get(name, {}))
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for n in labels:
            study.sampler = pickle.loads(pickle.dumps(study.sampler))
            study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), n)
        return [from_params(SPACE, trial.params) for trial in study.trials]

    assert bought([9, 5]) == bought([14])


TWO_PROCESSES = """
import sys, optuna
from archscout.strategies.strategy_sampler import StrategySampler, suggest_architecture
from archscout.testing._toy import ToySpace
optuna.logging.set_verbosity(optuna.logging.WARNING)
space = ToySpace()
backend = optuna.storages.journal.JournalFileBackend(sys.argv[1])
study = optuna.load_study(
    study_name="shared",
    storage=optuna.storages.JournalStorage(backend),
    sampler=StrategySampler(sys.argv[2], space),
)
sys.stdin.read(1)
study.optimize(lambda trial: sum(suggest_architecture(trial, space).choices), 12)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["random", "local"])
def test_processes_that_share_a_study_measure_nothing_twice(name: str, tmp_path: Path) -> None:
    file = str(tmp_path / "shared.log")
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(file))
    study = optuna.create_study(study_name="shared", storage=storage, direction="maximize")
    command = [sys.executable, "-c", TWO_PROCESSES, file, name]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(2)]
    for process in both:
        process.communicate(b"!")
    assert [process.returncode for process in both] == [0, 0]
    archs = [from_params(SPACE, trial.params) for trial in study.trials]
    assert len(archs) == len(set(archs)) == 24


def test_what_others_measure_while_the_strategy_learns_is_not_measured_again() -> None:
    class Slow(RandomSearch):
        def ask(self, n: int = 1) -> list[Architecture]:
            asked = super().ask(n)
            if len(study.trials) == 1:
                study.add_trial(
                    optuna.trial.create_trial(
                        value=1.0,
                        params=to_params(SPACE, asked[0]),
                        distributions=distributions(SPACE),
                    )
                )
            return asked

    study = optuna.create_study(sampler=StrategySampler(Slow, SPACE))
    study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 3)
    assert len({from_params(SPACE, trial.params) for trial in study.trials}) == 4


def test_what_a_running_trial_claims_is_not_proposed_again() -> None:
    study = optuna.create_study(direction="maximize")
    first, second = (StrategySampler("random", SPACE, seed=5) for _ in range(2))
    running = study._storage.create_new_trial(study._study_id)
    other = study._storage.create_new_trial(study._study_id)
    asked = [
        sampler.sample_relative(study, study._storage.get_trial(trial), distributions(SPACE))
        for sampler, trial in ((first, running), (second, other))
    ]
    assert asked[0] != asked[1]
    study.tell(0, state=optuna.trial.TrialState.FAIL)
    third = StrategySampler("random", SPACE, seed=5)
    trial = study._storage.get_trial(study._storage.create_new_trial(study._study_id))
    assert third.sample_relative(study, trial, distributions(SPACE)) == asked[0], (
        "a claim outlived its trial"
    )


@pytest.mark.parametrize("settled", [False, True])
def test_of_two_open_claims_that_of_the_lower_number_holds(settled: bool) -> None:
    study, arch = optuna.create_study(), SPACE.sample(np.random.default_rng(0), 1)[0]
    low, high = (
        study._storage.get_trial(study._storage.create_new_trial(study._study_id)) for _ in "ab"
    )
    if settled:
        assert claim(study, high, arch)
        assert not claim(study, low, arch)
    else:
        optuna_claims._write(study, low, arch, "open")
        assert not claim(study, high, arch)
        optuna_claims._write(study, high, SPACE.sample(np.random.default_rng(1), 1)[0], "open")
        assert claim(study, low, arch)


@pytest.mark.parametrize("directions", [["maximize", "minimize"], ["minimize"] * 3])
def test_a_study_with_several_directions_is_refused_in_words(directions: list[str]) -> None:
    study = optuna.create_study(directions=directions, sampler=StrategySampler("random", SPACE))
    with pytest.raises(SettingsError, match=f"{len(directions)} directions, expected one"):
        study.optimize(lambda trial: total(suggest_architecture(trial, SPACE)), 1)
    assert issubclass(SettingsError, ValueError)
