"""Every registered kind of strategy searches a space within limits as it searches any other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archscout import search
from archscout.predictors._parts.presets import PRESETS
from archscout.spaces import NASBenchMacro
from archscout.spaces.limits._limit import Limit
from archscout.strategies import make_strategy
from archscout.testing import check_strategy
from archscout.testing._toy import ToySpace

MACRO = NASBenchMacro()
SPACES = {
    "toy": ToySpace().within(Limit("params", most=8, least=3)),
    "macro": MACRO.within(Limit("macs", most=40e6)),
    # No single change of any of its architectures stays inside.
    "band": MACRO.within(Limit("macs", most=60e6, least=59.5e6)),
}
SIMPLE = {
    "random": {},
    "evolution": {"population": 8, "sample": 3, "retries": 5},
    "local": {},
    "optuna:tpe": {"tries": 5},
    "optuna:nsgaii": {"population_size": 8},
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "space"),
    [(name, space) for name in SIMPLE for space in SPACES if space != "band" or ":" not in name],
)
def test_simple_strategies_keep_the_contract(name: str, space: str) -> None:
    def make(space: object, rng: np.random.Generator, pool: object = None) -> object:
        return make_strategy(name, space, rng, pool=pool, **SIMPLE[name])  # type: ignore[arg-type]

    check_strategy(make, SPACES[space], np.random.default_rng(0), labels=20)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["seminas", "guided"])
def test_learning_strategies_stay_within_the_limits(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = replace(PRESETS["fast"], members=2, hidden=8, steps_first=12, steps_more=4)
    monkeypatch.setitem(PRESETS, "fast", quick)
    settings = {"seminas": {"each": 4}, "guided": {"each": 4, "predictor": "forest"}}[name]
    space = SPACES["macro"]
    result = search(
        space, lambda arch: float(sum(arch.choices)), name, labels=11,
        settings={"first": 8, "unlabeled": 50, **settings}, dedup="isomorphic",
    )  # fmt: skip
    archs = [label.architecture for label in result.labels]
    assert len(archs) == 11
    assert MACRO.macs_table(archs).max() <= 40e6
    assert any(label.info["origin"] != "first" for label in result.labels)


def test_what_a_sampler_of_optuna_proposes_outside_is_told_as_failed_and_asked_anew() -> None:
    """Nothing is replaced in silence: a random draw in its place is called that."""
    tight = MACRO.within(Limit("macs", most=20e6))
    strategy = make_strategy("optuna:random", tight, np.random.default_rng(0), tries=2)
    origins = []
    for _ in range(20):
        (arch,) = strategy.ask()
        assert arch in tight
        origins.append(strategy.notes(arch)["origin"])
        strategy.tell([arch], [1.0])
    assert "random, 2 suggestions of the sampler were not new" in origins
