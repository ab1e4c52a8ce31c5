"""The tables of a comparison: every label, a row a strategy, a row a test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout.experiments._paired import finish_rows, paired_row
from archscout.experiments.comparison._sentences import say_test
from archscout.results._regrets import Curves, incumbent_columns
from archscout.results._yardsticks import Yardsticks
from archscout.stats import bootstrap_interval, reach_summary
from archscout.stats._leads import statistics_rng

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("test regret", "validation regret")
LABELS_TO_TOP1 = "labels to top 1"


def labels_table(curves: Sequence[Curves], yardsticks: Yardsticks) -> pd.DataFrame:
    """Every label of every search, in buying order.

    Returns:
        One row a label. ``number`` counts from 0; ``value`` is what the strategy saw (empty:
        failed), ``mean_value`` and ``test_value`` what the table says, ``best_so_far`` the
        incumbent's ``value``, and the last two columns what the table says of the incumbent.
    """
    import pandas as pd

    parts = []
    for curve in curves:
        for run in curve.runs:
            best, best_mean, best_test = incumbent_columns(run, yardsticks)
            columns = {
                "strategy": run.strategy,
                "seed": run.seed,
                "number": np.arange(len(run.values)),
                "architecture": run.architectures,
                "value": run.values,
                "mean_value": run.mean_values,
                "test_value": run.test_values,
                "seconds": run.seconds,
                "best_so_far": best,
                "incumbent_mean_value": best_mean,
                "incumbent_test_value": best_test,
            }
            parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def summary_table(curves: Sequence[Curves], yardsticks: Yardsticks, budget: int) -> pd.DataFrame:
    """One row a strategy at the end of the budget, then one a baseline without search.

    Returns:
        Medians and means of the regrets with the 95 % interval of the median; labels to the
        best ten and the best (a seed that never got there counts as ``budget + 1``, so that
        mean and interval are lower bounds where ``reached`` is below ``seeds``); means a run
        of wall seconds, the labels' price in seconds, requests and repeats; failed labels in all.
    """
    import pandas as pd

    rows = [_summary_row(curve, budget) for curve in curves]
    rows += [
        {
            "strategy": trivial.name,
            "seeds": 1,
            "labels": 1,
            "test_regret_median": trivial.test_regret,
            "test_regret_mean": trivial.test_regret,
            "validation_regret_median": trivial.validation_regret,
            "validation_regret_mean": trivial.validation_regret,
        }
        for trivial in yardsticks.trivial
    ]
    return pd.DataFrame(rows, columns=list(rows[0]))


def _summary_row(curve: Curves, budget: int) -> dict[str, Any]:
    row: dict[str, Any] = {"strategy": curve.strategy, "seeds": len(curve.runs), "labels": budget}
    for measure in MEASURES:
        key = measure.replace(" ", "_")
        final = curve.regrets[measure][:, -1] if measure in curve.regrets else None
        low = high = math.nan
        if final is not None:
            low, high = bootstrap_interval(final, statistics_rng(), np.median)
        row[f"{key}_median"] = math.nan if final is None else float(np.median(final))
        row[f"{key}_low"], row[f"{key}_high"] = low, high
        row[f"{key}_mean"] = math.nan if final is None else float(final.mean())
    for mark in (10, 1):
        reach = reach_summary(curve.to_top[mark], budget, statistics_rng())
        row[f"labels_to_top{mark}_mean"] = reach.mean
        row[f"labels_to_top{mark}_low"] = reach.low
        row[f"labels_to_top{mark}_high"] = reach.high
        row[f"labels_to_top{mark}_reached"] = reach.reached
    row["wall_seconds"] = float(np.mean([run.wall_seconds for run in curve.runs]))
    row["price_seconds"] = float(np.mean([np.nansum(run.seconds) for run in curve.runs]))
    row["requests"] = float(np.mean([run.requests for run in curve.runs]))
    row["repeats"] = float(np.mean([run.repeats for run in curve.runs]))
    row["failed_labels"] = int(sum(np.isnan(run.values).sum() for run in curve.runs))
    return row


def tests_table(
    curves: Sequence[Curves], baseline: str, checkpoints: Sequence[int], yardsticks: Yardsticks
) -> pd.DataFrame:
    """Paired tests of every strategy against the baseline; positive favours the strategy.

    Only seeds that both finished are paired. Holm's correction counts every test of the table.
    """
    import pandas as pd

    base = next((curve for curve in curves if curve.strategy == baseline), None)
    rows: list[dict[str, Any]] = []
    for curve in curves:
        if base is None or curve is base:
            continue
        both = sorted(set(curve.seeds) & set(base.seeds))
        if not both:
            continue
        names = curve.strategy, baseline
        ours = [curve.seeds.index(seed) for seed in both]
        theirs = [base.seeds.index(seed) for seed in both]
        for labels in checkpoints:
            for measure in MEASURES:
                if measure in curve.regrets:
                    mine = curve.regrets[measure][ours, labels - 1]
                    other = base.regrets[measure][theirs, labels - 1]
                    rows.append(_test_row(names, labels, measure, mine, other))
            mine, other = _censored(curve, ours, labels), _censored(base, theirs, labels)
            rows.append(_test_row(names, labels, LABELS_TO_TOP1, mine, other))
    finish_rows(rows, lambda row, tests: say_test(row, yardsticks.points, tests))
    return pd.DataFrame(rows, columns=_TEST_COLUMNS)


_TEST_COLUMNS = [
    *("strategy", "baseline", "labels", "measure"),
    *("mean_difference", "low", "high", "median_difference"),
    *("p_value", "p_holm", "seeds", "wins", "ties", "losses"),
    *("never_reached", "baseline_never_reached", "sentence"),
]


def _test_row(
    names: tuple[str, str], labels: int, measure: str, mine: Any, other: Any
) -> dict[str, Any]:
    to_top = measure == LABELS_TO_TOP1
    return {
        "strategy": names[0],
        "baseline": names[1],
        "labels": labels,
        "measure": measure,
        **paired_row(other, mine),  # what is lower is better
        "never_reached": int((mine > labels).sum()) if to_top else 0,
        "baseline_never_reached": int((other > labels).sum()) if to_top else 0,
    }


def _censored(curve: Curves, rows: Sequence[int], labels: int) -> Any:
    counts = (curve.to_top[1][row] for row in rows)
    return np.array([min(count or labels + 1, labels + 1) for count in counts], dtype=np.float64)
