"""The paired tests of comparisons and rankings: their rows, and what they found in a sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archscout._common.saying import count, say_p
from archscout.stats import holm_correction, paired_difference
from archscout.stats._leads import SIGNIFICANT, find_lead, statistics_rng, too_few_seeds


def paired_row(better: Any, worse: Any) -> dict[str, Any]:
    """Test the differences of two arrays ``(seeds,)``; above zero favours the candidate."""
    result = paired_difference(better, worse, statistics_rng())
    return {
        "mean_difference": result.mean,
        "low": result.low,
        "high": result.high,
        "median_difference": result.median,
        "p_value": result.p_value,
        "seeds": result.n,
        "wins": result.wins,
        "ties": result.ties,
        "losses": result.losses,
    }


def finish_rows(
    rows: Sequence[dict[str, Any]], say: Callable[[Mapping[str, Any], int], str]
) -> None:
    """Give all rows of a table ``p_holm``, corrected by Holm, and a ``sentence``."""
    corrected = holm_correction([row["p_value"] for row in rows])
    for row, p_holm in zip(rows, corrected, strict=True):
        row["p_holm"] = float(p_holm)
        row["sentence"] = say(row, len(rows))


def say_paired(
    row: Mapping[str, Any],
    ours: str,
    tests: int,
    *,
    after: str,
    measure: str,
    write: Callable[[float], str],
    of: str,
    verdict: Callable[[bool, bool, str], str],
    facts: Sequence[str] = (),
) -> str:
    """Say in one sentence, without a full stop, what a paired test found.

    "Better" stands only where the interval excludes zero and the corrected p-value is at most
    0.05. Whoever has the better mean is said to be ahead, with what speaks against it.

    Args:
        row: of the table of tests, with ``p_holm``.
        ours: name of what was tested against ``row["baseline"]``.
        tests: number of tests that Holm's correction counted.
        after: how many labels were bought, in words.
        measure: what was measured.
        write: writes a number of it.
        of: words behind such a number.
        verdict: says who is better, given whether it is sure, whether ``ours`` leads, and how much.
        facts: what else a reader must know.
    """
    theirs, n = row["baseline"], row["seeds"]
    if row["ties"] == n:
        seeds = "every seed" if n > 1 else "the only seed"
        return f"{ours} and {theirs} are equal in {measure} {after} on {seeds}"
    lead = find_lead(row, ours, theirs)
    size, low, high = map(write, (lead.size, lead.low, lead.high))
    if math.isnan(lead.low):
        return (
            f"{lead.leader} is ahead of {lead.other} by {size} {of} {after} on the only seed, "
            "which shows nothing"
        )
    corrected = f"{say_p(row['p_holm'])} corrected for {count(tests, 'test')}"
    doubts = [f"yet {doubt}" for doubt in lead.doubts]
    behind = f"({'; '.join([lead.counts, corrected, *facts, *doubts])})"
    amount = f"{size} [{low}, {high}]"
    few = too_few_seeds(n, row["ties"])
    if few or row["low"] <= 0 <= row["high"]:
        why = f", as {few}" if few else ""
        head = f"{ours} and {theirs} cannot be told apart {after}{why}"
        if lead.size == 0:
            return f"{head}: their means are equal {behind}"
        return f"{head}: {lead.leader} is ahead by {amount} {of} in the mean {behind}"
    sure = row["p_holm"] <= SIGNIFICANT
    doubt = "" if sure else ", but not beyond doubt"
    return f"{verdict(sure, lead.leader == ours, amount)}{doubt} {behind}"
