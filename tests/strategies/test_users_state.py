"""Searches buy the same labels whatever the user set, and the objective has the user's state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from archscout.predictors._parts.presets import PRESETS
from archscout.spaces import load_space
from archscout.spaces.base import Architecture
from archscout.strategies import list_strategies
from archscout.strategies.base import Strategy
from archscout.strategies.random_search import RandomSearch
from archscout.study._loop import search
from archscout.testing._toy import ToySpace
from hostile_states import STATES, everything, state_of_process

SPACE = load_space("nasbench201")
QUICK = {"random", "evolution", "local", "guided", "seminas", "optuna:random"}
OWN: dict[str, tuple[int, dict[str, Any]]] = {
    "random": (8, {}),
    "local": (8, {}),
    "evolution": (8, {"population": 5, "sample": 2}),
    "optuna:nsgaii": (8, {"population_size": 4}),
    "nao": (8, {"first": 6, "each": 2}),
    "offline-evolution": (8, {"first": 6, "each": 2, "unlabeled": 30, "generations": 2}),
}


@pytest.fixture(autouse=True)
def _small_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"hidden": 8, "mlp_hidden": 8, "epochs_first": 2, "epochs_more": 1}
    for name in ("paper-300", "paper-2000"):
        monkeypatch.setitem(PRESETS, name, replace(PRESETS[name], **small))
    fast = replace(PRESETS["fast"], members=3, hidden=8, steps_first=8, steps_more=4)
    monkeypatch.setitem(PRESETS, "fast", fast)


def settings_of(name: str) -> tuple[int, dict[str, Any]]:
    """Labels and settings of a search that is over in a moment."""
    if name in OWN:
        return OWN[name]
    if name.startswith("optuna:"):
        return 12, {}
    if name.startswith("seminas") and name != "seminas-evolution":
        return 8, {"first": 6, "each": 2}
    return 8, {"first": 6, "each": 2, "unlabeled": 30}


def worth(arch: Architecture) -> float:
    """Grows with convolutions."""
    return sum(choice == 3 for choice in arch.choices) + arch.choices[0] / 7


def buy(name: str, seen: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What a search bought and expected; ``seen`` gets the state in which it was measured."""

    def objective(arch: Architecture) -> float:
        seen.append(state_of_process())
        return worth(arch)

    labels, settings = settings_of(name)
    result = search(SPACE, objective, name, labels=labels, seed=1, settings=settings)
    return [(one.architecture, one.value, one.info.get("predicted")) for one in result.labels]


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in list_strategies()],
)
def test_all_settings_together_change_no_label(name: str) -> None:
    expected = buy(name, [])
    with everything():
        before, seen = state_of_process(), []
        assert buy(name, seen) == expected
        assert state_of_process() == before
    assert seen == [before] * len(expected)


@contextmanager
def _as_it_was() -> Iterator[None]:
    try:
        yield
    finally:
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)
        np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")


@pytest.mark.parametrize("name", ["guided", "seminas"])
def test_what_an_objective_leaves_behind_changes_no_label(name: str) -> None:
    def messy(arch: Architecture) -> float:
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        np.seterr(all="raise")
        return worth(arch)

    labels, settings = settings_of(name)
    expected = buy(name, [])
    with _as_it_was():
        found = search(SPACE, messy, name, labels=labels, seed=1, settings=settings)
        assert not torch.is_grad_enabled()
        assert torch.get_default_dtype() == torch.float64
    assert [(one.architecture, one.value) for one in found.labels] == [e[:2] for e in expected]


def test_a_strategy_and_a_callback_of_the_user_have_the_users_state() -> None:
    seen: list[Any] = []

    class Mine(Strategy):
        def __init__(self, space: Any, rng: Any) -> None:
            super().__init__(space, rng)
            seen.append(torch.get_default_dtype())
            self.inner = RandomSearch(space, rng)

        def ask(self, n: int = 1) -> Any:
            seen.append(torch.get_default_dtype())
            return self.inner.ask(n)

        def tell(self, archs: Any, values: Any) -> None:
            seen.append(torch.get_default_dtype())

    def told(progress: Any) -> None:
        seen.append(torch.get_default_dtype())

    with STATES["float64"]():
        search(ToySpace(), lambda arch: 1.0, Mine, labels=2, on_label=told)
    assert seen == [torch.float64] * 7


def test_a_search_that_is_interrupted_leaves_the_users_state() -> None:
    def interrupted(arch: Architecture) -> float:
        raise KeyboardInterrupt

    with everything():
        before = state_of_process()
        with pytest.raises(KeyboardInterrupt):
            search(SPACE, interrupted, "random", labels=2)
        assert state_of_process() == before
