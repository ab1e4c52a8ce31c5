"""The figures of one prediction: how well it orders, whom it puts first, how sure it is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from archscout.predictors._posterior import Posterior
from archscout.results._rank_yardsticks import FIGURES, LEVELS
from archscout.stats import (
    coverage,
    kendall_tau,
    kendall_tau_top,
    pairwise_accuracy,
    spearman,
    top_k_recall,
)

Floats = NDArray[np.float64]

TOP_SHARE = 0.1
_RECALLS = (10, 100)


def order_figures(predicted: Floats, true: Floats) -> dict[str, float]:
    """How a prediction orders architectures and whom it puts first.

    Args:
        predicted: ``(n,)`` predicted values, higher is better.
        true: ``(n,)`` true values, higher is better, NaN where not known: those are left out.

    Returns:
        A number for each of `FIGURES`, NaN where it is not defined. A constant prediction orders
        nothing and has a correlation of 0, so that no mean over seeds passes it over. The regret
        is the mean over all that share the first place.

    Examples:
        >>> figures = order_figures(np.array([1.0, 3.0, 2.0]), np.array([60.0, 62.0, 65.0]))
        >>> round(figures["kendall_tau"], 3), figures["regret"], figures["recall_10"]
        (0.333, 3.0, nan)
    """
    known = ~np.isnan(true)
    guess, truth = predicted[known], true[known]
    if len(truth) < 2:
        return dict.fromkeys(FIGURES, math.nan)
    orders = bool((truth != truth[0]).any())
    first = truth[guess == guess.max()]
    figures = {
        "kendall_tau": _or_zero(kendall_tau(guess, truth), orders),
        "kendall_tau_top_tenth": _tau_in_the_top(guess, truth),
        "spearman": _or_zero(spearman(guess, truth), orders),
        "pairwise_accuracy": float(pairwise_accuracy(guess, truth)) if orders else math.nan,
        "regret": float(truth.max() - first.mean()),
    }
    for k in _RECALLS:
        figures[f"recall_{k}"] = top_k_recall(guess, truth, k) if k <= len(truth) else math.nan
    return {name: figures[name] for name in FIGURES}


def calibration_figures(prediction: Posterior, true: Floats) -> dict[str, float]:
    """Share of true values inside the interval that a prediction states, for each of `LEVELS`.

    Args:
        prediction: mean and spread, ``(n,)`` each.
        true: ``(n,)`` true values in the same unit and direction.

    Returns:
        ``coverage_10`` to ``coverage_95``; NaN if no spread is stated or nothing is to be covered.

    Examples:
        >>> stated = Posterior(np.zeros(4), np.ones(4))
        >>> calibration_figures(stated, np.array([0.0, 1.0, -1.0, 3.0]))["coverage_90"]
        0.75
    """
    shares = np.full(len(LEVELS), math.nan)
    if len(true) and (prediction.spread > 0).any():
        shares = coverage(true, prediction.mean, prediction.spread, np.array(LEVELS) / 100)
    return {f"coverage_{level}": float(n) for level, n in zip(LEVELS, shares, strict=True)}


def _or_zero(correlation: float, orders: bool) -> float:
    """The correlation; 0 if it lacks one although the true values differ."""
    return 0.0 if math.isnan(correlation) and orders else correlation


def _tau_in_the_top(predicted: Floats, true: Floats) -> float:
    count = max(2, math.ceil(TOP_SHARE * len(true) - 1e-9))
    border = np.partition(true, -count)[-count]
    return _or_zero(kendall_tau_top(predicted, true, TOP_SHARE), bool(true.max() > border))
