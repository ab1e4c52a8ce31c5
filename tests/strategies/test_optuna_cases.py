"""Optuna's own cases for the samplers of others, over our strategies."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
from optuna.samplers import BaseSampler
from optuna.testing.pytest_samplers import BasicSamplerTestCase, SingleOnlySamplerTestCase

from archscout.strategies.strategy_sampler import StrategySampler
from archscout.testing._toy import ToySpace

QUICK = ("random", "evolution", "local", "guided", "optuna:tpe")


class TestStrategySampler(BasicSamplerTestCase, SingleOnlySamplerTestCase):
    @pytest.fixture(params=QUICK)
    def sampler(self, request: pytest.FixtureRequest) -> Callable[[], BaseSampler]:
        return functools.partial(StrategySampler, request.param, ToySpace())
