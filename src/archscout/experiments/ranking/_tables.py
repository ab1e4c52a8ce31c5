"""The tables of a ranking: a row a fit, a row a predictor and number of labels, a row a test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout.experiments._paired import finish_rows, paired_row
from archscout.experiments.ranking._jobs import RankJob, RowRecord
from archscout.experiments.ranking._sentences import say_test
from archscout.results._rank_yardsticks import CEILING, FIGURES, LEVELS, TARGETS, RankYardsticks
from archscout.stats import bootstrap_interval
from archscout.stats._leads import statistics_rng
from archscout.study._executors import JobFailure

if TYPE_CHECKING:
    import pandas as pd

TESTED = ("kendall_tau", "kendall_tau_top_tenth")
FIGURE_COLUMNS = [
    *(f"{target}_{figure}" for target in TARGETS for figure in FIGURES),
    *(f"coverage_{level}" for level in LEVELS),
]
_TIMES = ["seconds_to_fit", "seconds_to_predict"]
_FIRST = ["predictor", "labels", "seed", "unlabeled", "protocol", "fitted_on"]


def rows_table(
    jobs: Sequence[RankJob],
    results: Sequence[RowRecord | JobFailure],
    yardsticks: RankYardsticks,
) -> pd.DataFrame:
    """One row a fit, by labels, seed and predictor as asked for.

    Returns:
        Columns ``predictor``, ``labels``, ``seed``, ``unlabeled`` (how many it was given),
        ``protocol``, ``fitted_on``; for each target ``test`` (scored against test values) and
        ``validation`` (against validation values) the `FIGURES`; ``coverage_10`` to
        ``coverage_95``; seconds; ``error``, empty unless the fit failed.
    """
    import pandas as pd

    rows = []
    for job, result in zip(jobs, results, strict=True):
        row: dict[str, Any] = {
            "predictor": job.candidate.name,
            "labels": job.labels,
            "seed": job.seed,
            "unlabeled": math.nan,
            "protocol": job.protocol,
            "fitted_on": yardsticks.label_words,
            "error": "",
        }
        if isinstance(result, JobFailure):
            row["error"] = result.message
        else:
            row["unlabeled"] = result.unlabeled
            row |= result.figures
            row |= {name: getattr(result, name) for name in _TIMES}
        rows.append(row)
    table = pd.DataFrame(rows, columns=[*_FIRST, *FIGURE_COLUMNS, *_TIMES, "error"])
    return table.astype({"unlabeled": "Int64"})


def summary_table(
    rows: pd.DataFrame,
    predictors: Sequence[str],
    label_counts: Sequence[int],
    yardsticks: RankYardsticks,
) -> pd.DataFrame:
    """One row a predictor and number of labels, then the yardsticks, which have no labels.

    Returns:
        ``seeds`` that ended well and ``failed`` ones; for each figure the mean over seeds and the
        ends of its 95 % bootstrap interval (``_low``, ``_high``); median seconds. Of the noise
        ceiling only tau-b is known.
    """
    import pandas as pd

    kind = {"protocol": yardsticks.protocol, "scored": yardsticks.scored}
    found = []
    for labels in label_counts:
        for predictor in predictors:
            these = rows[(rows.predictor == predictor) & (rows.labels == labels)]
            good = these[these.error == ""]
            row: dict[str, Any] = {"predictor": predictor, "labels": labels, **kind}
            row |= {"seeds": len(good), "failed": len(these) - len(good)}
            row["unlabeled"] = good.unlabeled.max() if len(good) else pd.NA
            for name in FIGURE_COLUMNS:
                row |= _mean_and_ends(name, good[name].to_numpy(dtype=np.float64))
            for name in _TIMES:
                row[name] = float(good[name].median()) if len(good) else math.nan
            found.append(row)
    fixed: list[tuple[str, Mapping[str, float]]] = list(yardsticks.trivial.items())
    ceilings = {f"{target}_kendall_tau": tau for target, tau in yardsticks.ceilings.items()}
    fixed.append((CEILING, ceilings))
    found += [{"predictor": name, "labels": 0, **kind, **figures} for name, figures in fixed]
    table = pd.DataFrame(found, columns=list(found[0]))
    return table.astype({"seeds": "Int64", "failed": "Int64", "unlabeled": "Int64"})


def _mean_and_ends(name: str, values: Any) -> dict[str, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return {name: math.nan, f"{name}_low": math.nan, f"{name}_high": math.nan}
    low, high = bootstrap_interval(known, statistics_rng())
    return {name: float(known.mean()), f"{name}_low": low, f"{name}_high": high}


def tests_table(
    rows: pd.DataFrame,
    predictors: Sequence[str],
    label_counts: Sequence[int],
    baseline: str,
    yardsticks: RankYardsticks,
) -> pd.DataFrame:
    """Paired tests of every predictor against the baseline; positive favours the predictor.

    Only seeds that both finished are paired. Holm's correction counts every test of the table.

    Returns:
        One row a number of labels, predictor and measure (`TESTED` of the headline target).
    """
    import pandas as pd

    target = yardsticks.headline
    found = []
    for labels in label_counts:
        for predictor in (name for name in predictors if name != baseline):
            for measure in TESTED:
                pairs = _paired(rows, labels, f"{target}_{measure}", predictor, baseline)
                if len(pairs):
                    row = paired_row(pairs[:, 0], pairs[:, 1])
                    names = {"predictor": predictor, "baseline": baseline, "labels": labels}
                    found.append({**names, "scored_against": target, "measure": measure, **row})
    finish_rows(found, say_test)
    return pd.DataFrame(found, columns=_TEST_COLUMNS)


_TEST_COLUMNS = [
    *("predictor", "baseline", "labels", "scored_against", "measure"),
    *("mean_difference", "low", "high", "median_difference", "p_value", "p_holm"),
    *("seeds", "wins", "ties", "losses", "sentence"),
]


def _paired(rows: pd.DataFrame, labels: int, column: str, ours: str, theirs: str) -> Any:
    """Figures of both on the seeds where both have one, ``(seeds, 2)``, by ascending seed."""
    these = rows[rows.labels == labels]
    wide = these.pivot(index="seed", columns="predictor", values=column)
    return wide[[ours, theirs]].dropna().to_numpy(dtype=np.float64)
