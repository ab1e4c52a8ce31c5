"""The interval of a rank correlation: what it covers, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archscout.errors import SettingsError
from archscout.stats import kendall_tau, tau_interval
from archscout.stats.rank_tests import _taus


def test_resampled_taus_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 4, (30, 9)).astype(float), rng.normal(size=(30, 9))
    for one, row, other in zip(_taus(left, right), left, right, strict=True):
        assert one == pytest.approx(kendall_tau(row, other), abs=1e-12)


def test_independent_scores_of_eight_rarely_exclude_zero() -> None:
    rng, excluded = np.random.default_rng(1), 0
    for _ in range(100):
        low, high = tau_interval(rng.normal(size=8), rng.normal(size=8), rng, samples=400)
        excluded += low > 0 or high < 0
    assert excluded <= 12


def test_a_clear_order_excludes_zero_and_a_reversed_one_is_negative() -> None:
    values = np.arange(12.0)
    noisy = values + np.random.default_rng(2).normal(scale=1.5, size=12)
    low, _ = tau_interval(noisy, values, np.random.default_rng(3))
    _, high = tau_interval(-noisy, values, np.random.default_rng(3))
    assert low > 0.2
    assert high < -0.2


def test_constant_scores_say_nothing() -> None:
    low, high = tau_interval(np.ones(8), np.arange(8.0), np.random.default_rng(0))
    assert math.isnan(low)
    assert math.isnan(high)


def test_two_architectures_are_too_few() -> None:
    with pytest.raises(SettingsError, match="at least 3"):
        tau_interval([1, 2], [1, 2], np.random.default_rng(0))
