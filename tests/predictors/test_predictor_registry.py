"""Every registered predictor keeps the contract and learns."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

import archscout
from archscout.errors import UnknownNameError
from archscout.predictors import PREDICTORS, list_predictors, make_predictor
from archscout.predictors._parts.presets import Preset
from archscout.predictors.base import Predictor
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.stats import kendall_tau
from archscout.testing import check_predictor
from archscout.testing._toy import ToySpace

TOY = ToySpace()


@pytest.mark.slow
@pytest.mark.parametrize("name", list_predictors())
def test_every_predictor_keeps_the_contract(name: str, small_presets: None) -> None:
    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return make_predictor(name, space, rng)

    check_predictor(make, TOY, np.random.default_rng(0))


@pytest.mark.slow
def test_the_contract_holds_on_cells_too(small_presets: None, flow: Preset) -> None:
    def make(space: SearchSpace, rng: np.random.Generator) -> Predictor:
        return make_predictor("flow", space, rng)

    check_predictor(make, load_space("nasbench201"), np.random.default_rng(0), labels=6)


@pytest.mark.slow
def test_the_default_learns_as_it_comes(worth: NDArray[np.float64]) -> None:
    rows = np.random.default_rng(1).permutation(TOY.all_choices())
    values = worth[np.arange(4), rows].sum(axis=1)
    model = make_predictor("flow", TOY, np.random.default_rng(0))
    model.fit(rows[:40], values[:40], rows[40:])
    assert kendall_tau(model.predict(rows[40:]).mean, values[40:]) > 0.6


def test_every_name_is_listed_with_a_summary_and_a_source() -> None:
    assert {"flow", "lstm", "seminas"} <= set(list_predictors())
    assert archscout.list_predictors("semi*") == ["seminas"]
    for name in list_predictors():
        assert PREDICTORS[name].summary
        assert PREDICTORS[name].source


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'seminas'"):
        make_predictor("seminass", TOY, np.random.default_rng(0))


def test_listing_loads_nothing_heavy() -> None:
    code = (
        "import sys; from archscout.predictors import list_predictors; list_predictors(); "
        "import archscout.testing; "
        "print([m for m in ('torch', 'optuna', 'pandas', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
