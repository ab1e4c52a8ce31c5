"""Further proxies of a search: by name or place, in the size of the supernet, refused early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.pipelines.unlabeled._proxies import make_proxies
from archscout.pipelines.unlabeled._sizes import cost_settings
from archscout.spaces import load_space

SPACE = load_space("nasbench201")
COSTS = cost_settings("nasbench201", {"channels": 4, "cells": 1}, 3, 8)
CHOICES = SPACE.sample_choices(np.random.default_rng(0), 5)
OWN = """
import numpy as np
from archscout.proxies import Proxy

class Sized(Proxy):
    name, unit = "sized", "channels"
    def __init__(self, space, channels=0, other=1):
        super().__init__(space)
        self.value = channels * other
    def _score(self, choices):
        return np.full(len(choices), self.value)

class Endless(Sized):
    def _score(self, choices):
        return np.full(len(choices), np.inf)

class Short(Sized):
    def _score(self, choices):
        return np.zeros(len(choices) + 1)

def nothing(space):
    return 3
"""


@pytest.fixture
def own(tmp_path: Path) -> str:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    return str(file)


def test_costs_are_those_of_the_supernets_size() -> None:
    scores = make_proxies(["params", "macs"], SPACE, COSTS)
    assert list(scores) == ["params (parameters)", "macs (multiply-adds)"]
    params, macs = (score(CHOICES).tolist() for score in scores.values())
    assert params == SPACE.params_table(CHOICES, channels=4, cells=1, classes=3).tolist()
    sizes = {"channels": 4, "cells": 1, "classes": 3, "resolution": 8}
    assert macs == SPACE.macs_table(CHOICES, **sizes).tolist()


def test_a_proxy_by_its_place_gets_the_sizes_that_it_names(own: str) -> None:
    scores = make_proxies([f"{own}:Sized"], SPACE, COSTS)
    assert list(scores) == ["own.py:Sized (channels)"]
    assert scores["own.py:Sized (channels)"](CHOICES).tolist() == [4] * 5


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Endless", r"Endless \(channels\) of shape \(1,\), 0 of them finite"),
        ("Short", r"of shape \(2,\), 2 of them finite, expected 1 finite"),
        ("nothing", "expected a proxy"),
    ],
)
def test_what_does_not_score_is_refused(own: str, name: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        make_proxies([f"{own}:{name}"], SPACE, COSTS)


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(SettingsError, match="got the proxy 'angle', which cannot be made"):
        make_proxies(["angle"], SPACE, COSTS)
    with pytest.raises(UnknownNameError, match="did you mean 'params'"):
        make_proxies(["parms"], SPACE, COSTS)
