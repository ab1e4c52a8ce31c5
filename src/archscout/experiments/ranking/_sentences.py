"""What a ranking found in plain sentences, how it was made, and what limits it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from archscout._common.saying import count, say_figure
from archscout.experiments._paired import say_paired
from archscout.experiments._seeds import few_seeds
from archscout.experiments._yardsticks import left_out
from archscout.results._rank_yardsticks import RankYardsticks
from archscout.results._ranking import say_protocol

if TYPE_CHECKING:
    import pandas as pd

_MEASURES = {
    "kendall_tau": "Kendall's tau-b",
    "kendall_tau_top_tenth": "tau-b inside the top 10 %",
}


def say_test(row: Mapping[str, Any], tests: int) -> str:
    """Say in one sentence what a paired test found; see `say_paired`."""
    ours = row["predictor"]
    after = f"with {count(row['labels'], 'label')}"
    what = f"{_MEASURES[row['measure']]} against {row['scored_against']} values"

    def verdict(sure: bool, ahead: bool, amount: str) -> str:
        verb, side = "orders" if sure else "seems to order", "better" if ahead else "worse"
        return f"{ours} {verb} {side} than {row['baseline']} {after}, by {amount} in {what}"

    return say_paired(
        row,
        ours,
        tests,
        after=after,
        measure=what,
        write=say_figure,
        of=f"in {what}",
        verdict=verdict,
    )


def list_warnings(
    yardsticks: RankYardsticks,
    seeds: int,
    rows: pd.DataFrame,
    baseline: str,
) -> list[str]:
    """What a reader must know before believing the results; shown on every output."""
    found = few_seeds(seeds)
    if yardsticks.protocol == "b":
        found.append(
            "the halves of protocol B are fixed by a hash of each architecture's text and are not "
            "the authors' file, which is not public here: published figures are close relatives, "
            "not the same measurement"
        )
    if yardsticks.split != "valid":
        found.append(
            f"what is called validation values here is the split {yardsticks.split!r} of the table"
        )
    if not yardsticks.scored_by_test:
        found.append(
            "the table has no test values: figures are against validation values, of the same "
            "kind as the labels"
        )
    elif yardsticks.headline != "test":
        found.append(
            f"only {yardsticks.scored_by_test:,} of {yardsticks.scored:,} scored architectures "
            "have a test value: figures against validation values come first"
        )
    if math.isnan(yardsticks.ceilings[yardsticks.headline]):
        found.append(
            "the table has one training run an architecture and no test values: its noise ceiling "
            "is not known"
        )
    if baseline not in set(rows.predictor[rows.error == ""]):
        found.append(f"the baseline {baseline} succeeded nowhere, so nothing is tested against it")
    found += left_out(yardsticks.trivial)
    return found + _failures(rows)


def _failures(rows: pd.DataFrame) -> list[str]:
    """One warning a predictor and number of labels with failures, with the first reason."""
    said = []
    for (labels, predictor), these in rows.groupby(["labels", "predictor"], sort=False):
        failed = these.error[these.error != ""]
        if len(failed):
            seeds, reason = count(len(these), "seed"), str(failed.iloc[0]).rstrip(".")
            said.append(
                f"{predictor} with {labels} label{'' if labels == 1 else 's'} failed on "
                f"{len(failed)} of {seeds}, which are left out of its figures: {reason}"
            )
    return said


def list_notes(yardsticks: RankYardsticks, baseline: str, tests: int, workers: int) -> list[str]:
    """How the numbers were made, for the page and the record."""
    a = yardsticks.protocol == "a"
    notes = [
        f"{say_protocol(yardsticks)}. Figures of protocols A and B are not comparable. Values of "
        "what is not labeled are looked up after a predictor has predicted everything.",
        "Every predictor gets the same random labels with the same seed, and those of a smaller "
        "number are among those of a larger one. Failed measurements are neither drawn nor "
        "scored.",
        "Unlabeled architectures are drawn from the rest of the "
        + (
            "table, so they are among those that are scored; their values are not seen."
            if a
            else "half that labels come from; what is scored is never seen."
        ),
        "Kendall's tau-b counts ties; inside the top 10 % it is over the architectures that are "
        "truly best. A prediction that gives all the same value counts as a correlation of 0. "
        "Recall is the share of the truly best 10 or 100 that are among as many predicted best; "
        "regret is what the predicted best lacks to the truly best.",
        "Coverage is the share of architectures without a label whose "
        + ("single run" if yardsticks.run == "random" else f"{yardsticks.mean}validation value")
        + " lies inside the interval that the predictor states (normal, from mean and spread); "
        "a predictor that states no spread has none.",
        "Parameter count and MACs are predictors without labels: more is taken for better. The "
        "noise ceiling is the tau-b of mean validation with test values, or of one validation run "
        "with the mean of the others: what training once more would score. Where labels are means "
        "a predictor may pass the latter, since means are less noisy than a run.",
        "Figures are means over seeds with 95 % percentile bootstrap intervals, not corrected for "
        f"their number. Each predictor is compared with {baseline} seed by seed; p-values flip "
        f"signs, two-sided, corrected by Holm for {count(tests, 'test')}.",
        "Seconds are medians of wall-clock time on "
        + (
            "one process"
            if workers == 1
            else f"up to {workers} processes side by side, one thread each"
        )
        + "; rows that were kept earlier keep their seconds.",
    ]
    return notes
