"""The findings of a comparison in plain sentences, and what limits them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from archscout._common.saying import count, say_number, say_p
from archscout.experiments.seeds import few_seeds
from archscout.experiments.yardsticks import left_out
from archscout.results.regrets import Curves
from archscout.results.yardsticks import Yardsticks
from archscout.stats.leads import SIGNIFICANT, find_lead, too_few_seeds
from archscout.study.executors import JobFailure


def say_test(row: Mapping[str, Any], points: str, tests: int) -> str:
    """Say in one sentence what a paired test found.

    "Better" stands only where the interval excludes zero and the corrected p-value is at most
    0.05. Whoever has the better mean is said to be ahead, with what speaks against it.

    Args:
        row: of the table of tests, with ``p_holm``.
        points: unit of a regret difference.
        tests: number of tests that Holm's correction counted.

    Returns:
        A sentence without a full stop.
    """
    ours, theirs, n = row["strategy"], row["baseline"], row["seeds"]
    reaching = row["measure"] == "labels to top 1"
    bought = count(row["labels"], "label")
    after = f"within {bought}" if reaching else f"after {bought}"
    if row["ties"] == n:
        seeds = "every seed" if n > 1 else "the only seed"
        if reaching and row["never_reached"] == n:
            return f"neither {ours} nor {theirs} bought the best architecture {after}"
        return f"{ours} and {theirs} are equal in {row['measure']} {after} on {seeds}"
    lead = find_lead(row, ours, theirs)
    parts = lead.size, lead.low, lead.high
    if reaching:
        numbers = [say_number(number, "labels") for number in parts]
        what = "labels to the best architecture"
    else:
        numbers = [say_number(number, points) for number in parts]
        what = f"{points} of {row['measure']}"
    if math.isnan(lead.low):
        return (
            f"{lead.leader} is ahead of {lead.other} by {numbers[0]} {what} {after} on the only "
            "seed, which shows nothing"
        )
    amount = f"{numbers[0]} [{numbers[1]}, {numbers[2]}]"
    facts = [lead.counts, f"{say_p(row['p_holm'])} corrected for {count(tests, 'test')}"]
    if reaching and (row["never_reached"] or row["baseline_never_reached"]):
        facts.append(
            f"not reached on {row['never_reached']} against {row['baseline_never_reached']} seeds, "
            f"each counted as {row['labels'] + 1}"
        )
    facts += [f"yet {doubt}" for doubt in lead.doubts]
    behind = f"({'; '.join(facts)})"
    few = too_few_seeds(n, row["ties"])
    if few or row["low"] <= 0 <= row["high"]:
        why = f", as {few}" if few else ""
        head = f"{ours} and {theirs} cannot be told apart {after}{why}"
        if lead.size == 0:
            return f"{head}: their means are equal {behind}"
        return f"{head}: {lead.leader} is ahead by {amount} {what} in the mean {behind}"
    sure = row["p_holm"] <= SIGNIFICANT
    ahead = lead.leader == ours
    if reaching:
        verb = "needs" if sure else "seems to need"
        side = "fewer" if ahead else "more"
        said = f"{ours} {verb} {amount} {side} labels than {theirs} to the best architecture"
    else:
        verb = "is" if sure else "looks"
        said = f"{ours} {verb} {'better' if ahead else 'worse'} than {theirs} by {amount} {what}"
    doubt = "" if sure else ", but not beyond doubt"
    return f"{said} {after}{doubt} {behind}"


def list_warnings(
    curves: Sequence[Curves],
    yardsticks: Yardsticks,
    seeds: int,
    budget: int,
    failures: Sequence[JobFailure],
) -> list[str]:
    """What a reader must know before believing the results; shown on every output."""
    found = few_seeds(seeds)
    if not yardsticks.has_test:
        found.append(
            "the table has no test values (or not for every architecture): regret is of mean "
            "validation values, by which the search itself chose, and so flatters every strategy"
        )
    if math.isnan(yardsticks.run_std):
        found.append("the table has one training run an architecture: its noise is not known")
    found += left_out(trivial.name for trivial in yardsticks.trivial)
    found += [f"{failure.name} failed and is left out: {failure.message}" for failure in failures]
    for curve in curves:
        short = [run for run in curve.runs if len(run.values) < budget]
        if short:
            fewest = min(len(run.values) for run in short)
            reason = short[0].stopped.rstrip(".")
            found.append(
                f"{curve.strategy} ended before its budget on {len(short)} of "
                f"{count(len(curve.runs), 'seed')} (fewest labels: {fewest}; {reason})"
            )
    if all(curve.strategy != "random" for curve in curves):
        found.append("random search is not among the strategies: add it, it is the least baseline")
    return found


def list_notes(yardsticks: Yardsticks, baseline: str, dedup: str, tests: int) -> list[str]:
    """How the numbers were made, for the page and the record."""
    noise = (
        "one training run of an architecture, drawn at random with the seed"
        if yardsticks.run == "random"
        else "the mean of an architecture's training runs, less noisy than the single run that a "
        "real search would see"
    )
    notes = [
        f"A label is {noise}. The incumbent is chosen by these values alone and judged by the "
        "table's means.",
        "Regret is the best mean value of the table minus the incumbent's; a curve begins at the "
        "worst architecture until a label succeeds.",
        "Intervals hold 95 %, by percentile bootstrap over seeds, and are not corrected for their "
        "number; summary rows give medians, curves and differences means.",
        f"Each strategy is compared with {baseline} seed by seed (same first random draws where "
        f"both use them, same run of an architecture); p-values flip signs, two-sided, corrected "
        f"by Holm for {count(tests, 'test')}.",
        "Labels to the best (ten) architectures by mean search value: a seed that never bought "
        "one counts as the budget plus one, which makes the mean a lower bound, marked >.",
    ]
    if dedup == "isomorphic":
        notes.append(
            "Architectures that compute the same function were bought once; published label "
            "counts buy each of them."
        )
    return notes
