"""``archscout compare``: strategies side by side on paired seeds."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from archscout._common.saying import count
from archscout.cli._bars import CompareBar
from archscout.cli._command import spread
from archscout.cli._console import duration, print_findings, print_json, print_line, print_rows
from archscout.cli._naming import run_folder
from archscout.cli._options import (
    DEDUPS,
    NAMES,
    DedupOption,
    JsonOption,
    LabelsOption,
    how,
    one_of,
    out_folder,
    read_names,
)
from archscout.cli._problem import Problem

if TYPE_CHECKING:
    from archscout.experiments import Comparison

DEFAULT_STRATEGIES = "random,evolution,local,nao,seminas,optuna:tpe"


@spread
def run(
    *,
    problem: Problem,
    strategies: Annotated[
        str, how(metavar="NAMES", help=f"Names, with commas (archscout list strategies){NAMES}")
    ] = DEFAULT_STRATEGIES,
    labels: LabelsOption = 300,
    seeds: Annotated[int, how(help="Searches a strategy, with seeds 0, 1, ...")] = 20,
    baseline: Annotated[str, how(help="Strategy that the others are tested against.")] = "random",
    dedup: DedupOption = "exact",
    workers: Annotated[
        int | None, how(help="Searches at a time, one thread each.", show_default="one a core")
    ] = None,
    out: Annotated[
        Path | None,
        out_folder("Folder for the tables and the plot.", "runs/compare-SPACE-DATASET-LABELS"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare strategies on the same seeds, with intervals and paired tests.

    The same command goes on where it was stopped; with more seeds or strategies
    it adds to what the folder holds.
    """
    from archscout.experiments import compare

    one_of("dedup mode", dedup, DEDUPS)
    folder = out or folder_name(problem, labels, dedup)
    with CompareBar("searches") as bar:
        comparison = compare(
            problem.space,
            problem.spec(),
            read_names(strategies),
            labels,
            seeds,
            baseline=baseline,
            workers=workers,
            out=folder,
            dedup="isomorphic" if dedup == "isomorphic" else "exact",
            on_done=bar.on_done,
        )
    if as_json:
        print_json({**comparison.to_dict(), "folder": str(folder)})
    else:
        print_comparison(comparison, folder)


def folder_name(problem: Problem, labels: int, dedup: str) -> Path:
    """Name the folder of a comparison; more seeds or strategies join what it holds."""
    return run_folder("compare", problem.slug, labels, dedup if dedup != "exact" else "")


def print_comparison(comparison: Comparison, folder: Path) -> None:
    """Print the closing table, the findings, and what limits them."""
    measure = comparison.yardsticks.headline
    header = [
        "strategy",
        f"{measure}, median [95 %]",
        "labels to top 10",
        "labels to top 1",
        "time",
    ]
    budget = comparison.budget
    rows = [summary_row(row, measure, budget) for row in comparison.summary.to_dict("records")]
    title = (
        f"{comparison.benchmark}: {count(comparison.budget, 'label')}, "
        f"{count(len(comparison.seeds), 'seed')}, "
        "means of labels and time"
    )
    print_rows(title, header, rows)
    print_findings(comparison.findings, comparison.warnings)
    print_line(f"Tables, tests, plot and page are in {folder}")


def summary_row(row: Mapping[Hashable, Any], measure: str, budget: int) -> list[str]:
    """The texts of one strategy; a mean that is only a lower bound is marked with >."""
    from archscout.reports._comparison_words import reach_words

    key = measure.replace(" ", "_")
    regret = _fixed(row[f"{key}_median"])
    if not math.isnan(row[f"{key}_low"]):
        regret += f" [{_fixed(row[f'{key}_low'])}, {_fixed(row[f'{key}_high'])}]"
    seconds = row["wall_seconds"]
    return [
        str(row["strategy"]),
        regret,
        *(reach_words(row, mark, budget) for mark in (10, 1)),
        "–" if math.isnan(seconds) else duration(seconds),
    ]


def _fixed(number: float) -> str:
    """Three decimals; a regret of no more than rounding below zero has no sign."""
    text = f"{number:.3f}"
    return text.removeprefix("-") if float(text) == 0 else text
