"""Every registered proxy keeps the contract, in every space it can score."""

from __future__ import annotations

import numpy as np
import pytest

from archscout.errors import SettingsError, UnknownNameError
from archscout.proxies import PROXIES, list_proxies, make_proxy
from archscout.spaces import load_space
from archscout.spaces.base import SearchSpace
from archscout.supernets import make_supernet
from archscout.supernets.nulls import null_angle
from archscout.testing import check_proxy

_TINY = {
    "nasbench201": {"channels": 4, "cells": 1},
    "darts": {"channels": 4, "cells": 3},
    "mobilenet": {
        "widths": {"stem": 4, "first": 4, "stages": [4, 4, 4, 8, 8, 8], "last": 16},
        "classes": 10,
    },
    "nasbench-macro": {"channels": 4},
}


@pytest.mark.slow
@pytest.mark.parametrize("space_name", _TINY)
@pytest.mark.parametrize("name", list_proxies())
def test_every_proxy_keeps_the_contract(name: str, space_name: str) -> None:
    settings = {}
    if name == "angle":
        settings["angle"] = null_angle(
            lambda generator: make_supernet(space_name, generator=generator, **_TINY[space_name]),
            seeds=(0, 1),
        )

    def make(space: SearchSpace) -> object:
        return make_proxy(name, space, **settings)

    check_proxy(make, load_space(space_name), np.random.default_rng(0))


@pytest.mark.parametrize("name", ["params", "live-params", "macs"])
def test_settings_reach_the_space_and_others_are_refused(name: str) -> None:
    space = load_space("nasbench201")
    rows = space.parse_many(["333333"])
    table = space.macs_table if name == "macs" else space.params_table
    assert make_proxy(name, space, channels=8).score(rows) == table(rows, channels=8)
    with pytest.raises(SettingsError, match="did you mean 'channels'"):
        make_proxy(name, space, channel=8)


def test_unknown_proxy() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'live-params'"):
        make_proxy("liveparams", load_space("nasbench201"))
    assert "live-params" in PROXIES


def test_what_a_name_makes_is_found_in_the_room() -> None:
    import archscout.proxies as room

    made = {PROXIES[name].load() for name in PROXIES.names()}
    assert {getattr(room, kind.__name__) for kind in made} == made
    assert all(hasattr(room, public) for public in room.__all__)
