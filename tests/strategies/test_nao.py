"""NAO is SemiNAS without unlabeled architectures, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archscout.predictors._parts.presets import PRESETS
from archscout.strategies._latent_ascent import LatentAscent
from archscout.strategies._seminas import PLANS, Supervised, nao, seminas
from archscout.testing._toy import ToySpace

SPACE = ToySpace()


@pytest.mark.parametrize("preset", PLANS)
def test_it_differs_from_seminas_in_its_learner_alone(preset: str) -> None:
    control = nao(SPACE, np.random.default_rng(0), preset=preset, each=7)
    original = seminas(SPACE, np.random.default_rng(0), preset=preset, each=7)
    assert isinstance(control.learner, Supervised)
    assert control.learner.model.preset == original.learner.model.preset == preset
    assert control.learner.model.warm_start
    assert original.learner.model.warm_start
    assert control.plan == original.plan
    assert control.source == original.source
    assert control.choose is original.choose


def test_it_is_the_control_of_seminas_by_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(PRESETS["fast"], members=2, hidden=8, steps_first=10, steps_more=4)
    monkeypatch.setitem(PRESETS, "fast", small)
    asked = []
    for strategy in (
        nao(SPACE, np.random.default_rng(0), first=8, each=4),
        seminas(SPACE, np.random.default_rng(0), first=8, each=4, semi_supervised=False),
    ):
        bought = []
        for _ in range(16):
            fresh = strategy.ask()
            strategy.tell(fresh, [float(sum(fresh[0].choices))])
            bought += fresh
        asked.append(bought)
        assert isinstance(strategy.source, LatentAscent)
        assert all(row["pseudo_labels"] == 0 for row in strategy.audit)
    assert asked[0] == asked[1]
