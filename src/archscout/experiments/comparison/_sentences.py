"""The findings of a comparison in plain sentences, and what limits them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from archscout._common.saying import count, say_number
from archscout.experiments._paired import say_paired
from archscout.experiments._seeds import few_seeds
from archscout.experiments._yardsticks import left_out
from archscout.results._regrets import Curves
from archscout.results._yardsticks import Yardsticks
from archscout.study._executors import JobFailure


def say_test(row: Mapping[str, Any], points: str, tests: int) -> str:
    """Say in one sentence what a paired test found; see `say_paired`."""
    ours, theirs = row["strategy"], row["baseline"]
    reaching = row["measure"] == "labels to top 1"
    unit = "labels" if reaching else points
    of = "labels to the best architecture" if reaching else f"{points} of {row['measure']}"
    bought = count(row["labels"], "label")
    after = f"within {bought}" if reaching else f"after {bought}"
    if reaching and row["ties"] == row["never_reached"] == row["seeds"]:
        return f"neither {ours} nor {theirs} bought the best architecture {after}"
    facts = []
    if reaching and (row["never_reached"] or row["baseline_never_reached"]):
        facts.append(
            f"not reached on {row['never_reached']} against {row['baseline_never_reached']} seeds, "
            f"each counted as {row['labels'] + 1}"
        )

    def verdict(sure: bool, ahead: bool, amount: str) -> str:
        if reaching:
            verb, side = "needs" if sure else "seems to need", "fewer" if ahead else "more"
            said = f"{ours} {verb} {amount} {side} labels than {theirs} to the best architecture"
        else:
            verb, side = "is" if sure else "looks", "better" if ahead else "worse"
            said = f"{ours} {verb} {side} than {theirs} by {amount} {of}"
        return f"{said} {after}"

    return say_paired(
        row,
        ours,
        tests,
        after=after,
        measure=row["measure"],
        write=lambda number: say_number(number, unit),
        of=of,
        verdict=verdict,
        facts=facts,
    )


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
