"""The figures of a prediction, against counting by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from archscout.experiments.ranking._figures import calibration_figures, order_figures
from archscout.predictors import Posterior
from archscout.results._rank_yardsticks import FIGURES, LEVELS


def test_figures_follow_from_their_definitions() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=40)
    guess = true + rng.normal(size=40)
    figures = order_figures(guess, true)
    assert list(figures) == list(FIGURES)

    pairs = list(itertools.combinations(range(40), 2))
    right = sum((guess[i] > guess[j]) == (true[i] > true[j]) for i, j in pairs)
    assert figures["pairwise_accuracy"] == pytest.approx(right / len(pairs))
    assert figures["kendall_tau"] == pytest.approx(2 * right / len(pairs) - 1)
    top = np.argsort(true)[-4:]
    concordant = sum(
        (guess[i] > guess[j]) == (true[i] > true[j]) for i, j in itertools.combinations(top, 2)
    )
    assert figures["kendall_tau_top_tenth"] == pytest.approx(2 * concordant / 6 - 1)
    shared = set(np.argsort(true)[-10:]) & set(np.argsort(guess)[-10:])
    assert figures["recall_10"] == len(shared) / 10
    assert math.isnan(figures["recall_100"])
    assert figures["regret"] == pytest.approx(true.max() - true[guess.argmax()])


def test_rows_without_a_true_value_are_left_out() -> None:
    true = np.array([1.0, np.nan, 3.0, 2.0])
    guess = np.array([1.0, 99.0, 2.0, 3.0])
    assert order_figures(guess, true) == pytest.approx(
        order_figures(guess[[0, 2, 3]], true[[0, 2, 3]]), nan_ok=True
    )
    assert all(map(math.isnan, order_figures(guess, np.full(4, np.nan)).values()))


def test_a_constant_prediction_orders_nothing_and_is_not_passed_over() -> None:
    true = np.arange(200.0)
    figures = order_figures(np.full(200, 3.0), true)
    for name in ("kendall_tau", "kendall_tau_top_tenth", "spearman"):
        assert figures[name] == 0.0
    assert figures["pairwise_accuracy"] == 0.5
    assert figures["recall_10"] == pytest.approx(0.05)
    assert figures["regret"] == pytest.approx(199 - true.mean())


def test_constant_true_values_have_no_order_to_find() -> None:
    figures = order_figures(np.arange(20.0), np.full(20, 3.0))
    for name in ("kendall_tau", "kendall_tau_top_tenth", "spearman", "pairwise_accuracy"):
        assert math.isnan(figures[name])
    assert figures["regret"] == 0.0


def test_coverage_is_that_of_normal_intervals() -> None:
    rng = np.random.default_rng(0)
    mean = rng.normal(80, 5, 4000)
    true = mean + rng.normal(0, 2, 4000)
    honest = calibration_figures(Posterior(mean, np.full(4000, 2.0)), true)
    assert list(honest) == [f"coverage_{level}" for level in LEVELS]
    for level in LEVELS:
        assert honest[f"coverage_{level}"] == pytest.approx(level / 100, abs=0.02)
    sure = calibration_figures(Posterior(mean, np.full(4000, 1.0)), true)
    assert sure["coverage_90"] == pytest.approx(0.589, abs=0.02)


def test_no_stated_spread_is_no_coverage_of_zero() -> None:
    silent = calibration_figures(Posterior(np.zeros(3), np.zeros(3)), np.arange(3.0))
    assert all(map(math.isnan, silent.values()))
    nothing = calibration_figures(Posterior(np.zeros(0), np.zeros(0)), np.zeros(0))
    assert all(map(math.isnan, nothing.values()))
