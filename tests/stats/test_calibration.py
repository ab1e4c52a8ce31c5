"""Coverage, calibration error and sharpness against counting by hand and known distributions."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from archscout import stats
from archscout.errors import SettingsError


def made_up(n=400, seed=0):
    rng = np.random.default_rng(seed)
    mean, spread = rng.normal(size=n), rng.uniform(0.5, 2.0, size=n)
    return rng.normal(mean, spread), mean, spread


def test_coverage_counts_values_inside():
    values, mean, spread = made_up()
    levels = [0.1, 0.5, 0.9]
    counted = []
    for level in levels:
        low, high = norm.interval(level, mean, spread)
        counted.append(
            sum(a <= v <= b for a, v, b in zip(low, values, high, strict=True)) / len(values)
        )
    assert stats.coverage(values, mean, spread, levels).tolist() == counted


def test_an_honest_spread_has_no_error_and_others_have():
    values, mean, spread = made_up(20_000)
    assert stats.calibration_error(values, mean, spread) < 0.01
    assert stats.coverage(values, mean, spread) == pytest.approx([0.5, 0.8, 0.9, 0.95], abs=0.01)
    narrow = stats.calibration_error(values, mean, spread / 2)
    wide = stats.calibration_error(values, mean, spread * 2)
    assert narrow > 0.1
    assert wide > 0.1
    assert stats.coverage(values, mean, spread / 2, [0.9])[0] < 0.7


def test_error_is_the_mean_distance_from_the_levels():
    values, mean, spread = made_up()
    levels = [0.2, 0.6]
    distances = np.abs(stats.coverage(values, mean, spread * 3, levels) - levels)
    assert stats.calibration_error(values, mean, spread * 3, levels) == pytest.approx(
        distances.mean()
    )


def test_no_spread_covers_exact_hits_only():
    assert stats.coverage([1.0, 2.0], [1.0, 2.5], [0.0, 0.0], [0.9]).tolist() == [0.5]


def test_sharpness_is_the_mean_width():
    low, high = norm.interval(0.8, [5.0, 6.0], [1.0, 3.0])
    assert stats.sharpness([1.0, 3.0], 0.8) == pytest.approx((high - low).mean())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0, 2.0], [1.0], [1.0]), "as many"),
        (([1.0], [1.0], [1.0, 2.0]), "as many"),
        (([1.0], [math.nan], [1.0]), "NaN"),
        (([1.0], [1.0], [-1.0]), "0 or more"),
        (([1.0], [1.0], [1.0], [1.0]), "between 0 and 1"),
        (([], [], []), "at least 1"),
    ],
)
def test_bad_input(arguments, words):
    with pytest.raises(SettingsError, match=words):
        stats.coverage(*arguments)
    with pytest.raises(SettingsError, match=words):
        stats.calibration_error(*arguments)


def test_bad_sharpness():
    with pytest.raises(SettingsError, match="0 or more"):
        stats.sharpness([-1.0])
    with pytest.raises(SettingsError, match="between 0 and 1"):
        stats.sharpness([1.0], level=0.0)
