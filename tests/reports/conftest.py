"""Finished searches to report on, made by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from archscout.objectives._label import Label
from archscout.results.search import SearchResult
from archscout.spaces import load_space


def make(
    labels: int = 60,
    *,
    failed: int = 0,
    predicted: bool = True,
    audit: bool = True,
    noise: bool = True,
    tests: bool = True,
    **changes: Any,
) -> SearchResult:
    """A search as a learning strategy leaves it; parts can be left out."""
    space = load_space("nasbench201")
    rng = np.random.default_rng(5)
    rows = rng.permutation(len(space))[:labels]
    archs = space.architectures(space.all_choices()[rows])
    bought = []
    for number, arch in enumerate(archs):
        value = 85.0 + 0.05 * number % 6 + float(rng.normal(0, 0.3))
        info: dict[str, Any] = {"origin": "first" if number < 20 else "latent ascent"}
        if predicted and number >= 20:
            info |= {"predicted": value + float(rng.normal(0.1, 0.4)), "round": number // 20}
        fails = number < failed
        error = "RuntimeError: out of memory" if fails else ""
        bought.append(Label(number, arch, math.nan if fails else value, 2000.0, error, info))
    rounds = [
        {
            "round": 1 + index,
            "labels": 20 * (1 + index),
            "pseudo_labels": 1000,
            "tau_before": 0.5,
            "tau_after": 0.5 + change,
            "stopped": "the held-out loss stopped falling",
        }
        for index, change in enumerate((0.08, -0.02))
    ]
    settings: dict[str, Any] = {
        "space": space,
        "strategy": "seminas",
        "objective": "a table",
        "unit": "percent",
        "direction": "maximize",
        "labels": bought,
        "audit": rounds if audit else [],
        "seconds": 2000.0 * labels,
        "wall_seconds": 12.0,
        "budget": labels,
        "stopped": f"all {labels} labels were bought",
        "test_values": {arch: 90.0 + index / 100 for index, arch in enumerate(archs)},
        "noise": {"kendall_tau": 0.75, "run_std": 0.2, "runs": 3},
        "manifest": {
            "versions": {"archscout": "0.1.0"},
            "seed": 3,
            "command": ["/somewhere/bin/archscout", "search", "--out", "my runs"],
        },
        "standing": {"rank": 12, "of": 15625},
    }
    settings |= {} if tests else {"test_values": {}}
    settings |= {} if noise else {"noise": {}}
    return SearchResult(**{**settings, **changes})


@pytest.fixture
def make_result() -> Callable[..., SearchResult]:
    """Gives `make`."""
    return make
