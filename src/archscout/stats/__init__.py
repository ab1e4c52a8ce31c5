"""Statistics of searches and predictors: ranks, calibration, tests, curves, noise.

Everything takes and gives numpy arrays; scipy is imported only when a function needs it.
Randomness comes from the generator that the caller passes in.
"""

from archscout.stats.calibration import calibration_error, coverage, sharpness
from archscout.stats.curves import (
    LabelsToReach,
    anytime,
    incumbents,
    labels_to_reach,
    reach_summary,
)
from archscout.stats.intervals import bootstrap_bands, bootstrap_interval
from archscout.stats.noise import NoiseCeiling, best_of_one_run_each, noise_ceiling
from archscout.stats.paired import (
    PairedDifference,
    holm_correction,
    least_sign_flip_p_value,
    paired_difference,
    sign_flip_p_value,
)
from archscout.stats.rank_tests import RankTest, fewest_for_tau, tau_interval, tau_test
from archscout.stats.ranks import (
    kendall_tau,
    kendall_tau_top,
    pairwise_accuracy,
    regret,
    spearman,
    top_k_recall,
)

__all__ = [
    "LabelsToReach",
    "NoiseCeiling",
    "PairedDifference",
    "RankTest",
    "anytime",
    "best_of_one_run_each",
    "bootstrap_bands",
    "bootstrap_interval",
    "calibration_error",
    "coverage",
    "fewest_for_tau",
    "holm_correction",
    "incumbents",
    "kendall_tau",
    "kendall_tau_top",
    "labels_to_reach",
    "least_sign_flip_p_value",
    "noise_ceiling",
    "paired_difference",
    "pairwise_accuracy",
    "reach_summary",
    "regret",
    "sharpness",
    "sign_flip_p_value",
    "spearman",
    "tau_interval",
    "tau_test",
    "top_k_recall",
]
