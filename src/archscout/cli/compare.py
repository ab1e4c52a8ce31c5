"""``archscout compare``: strategies side by side on paired seeds."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archscout._common.saying import count
from archscout.cli.bars import CompareBar
from archscout.cli.console import (
    INTERRUPTED,
    complain_of_stop,
    duration,
    print_json,
    print_line,
    print_rows,
)
from archscout.cli.limits import MaxMacsOption, MaxParamsOption
from archscout.cli.naming import run_folder
from archscout.cli.options import (
    HOW,
    OUTPUT,
    BenchmarkOption,
    DatasetOption,
    DedupOption,
    DirectionOption,
    EpochsOption,
    JsonOption,
    LabelsOption,
    MetricOption,
    RunOption,
    SpaceOption,
    SplitOption,
    TableOption,
    UnitOption,
    one_of,
)
from archscout.cli.problem import DEDUPS, DEFAULT_METRIC, DEFAULT_SPLIT, Problem

if TYPE_CHECKING:
    from archscout.experiments import Comparison

DEFAULT_STRATEGIES = "random,evolution,local,nao,seminas,optuna:tpe"


def run(
    *,
    space: SpaceOption = "",
    benchmark: BenchmarkOption = None,
    dataset: DatasetOption = None,
    table: TableOption = None,
    metric: MetricOption = DEFAULT_METRIC,
    split: SplitOption = DEFAULT_SPLIT,
    unit: UnitOption = None,
    direction: DirectionOption = None,
    epochs: EpochsOption = None,
    run: RunOption = "mean",
    max_macs: MaxMacsOption = None,
    max_params: MaxParamsOption = None,
    strategies: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Names, with commas (archscout list strategies); also module:Name or "
            "FILE.py:Name.",
            rich_help_panel=HOW,
        ),
    ] = DEFAULT_STRATEGIES,
    labels: LabelsOption = 300,
    seeds: Annotated[
        int, typer.Option(help="Searches a strategy, with seeds 0, 1, ...", rich_help_panel=HOW)
    ] = 20,
    baseline: Annotated[
        str, typer.Option(help="Strategy that the others are tested against.", rich_help_panel=HOW)
    ] = "random",
    dedup: DedupOption = "exact",
    workers: Annotated[
        int | None,
        typer.Option(
            help="Searches at a time, one thread each.",
            show_default="one a core",
            rich_help_panel=HOW,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder for the tables and the plot.",
            show_default="runs/compare-SPACE-DATASET-LABELS",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare strategies on the same seeds, with intervals and paired tests.

    The same command goes on where it was stopped; with more seeds or strategies
    it adds to what the folder holds.
    """
    from archscout.experiments import compare

    names = [name.strip() for name in strategies.split(",") if name.strip()]
    one_of("dedup mode", dedup, DEDUPS)
    problem = Problem(
        space,
        dataset,
        table,
        metric,
        epochs,
        run,
        split,
        unit,
        direction,
        benchmark,
        max_macs,
        max_params,
    )
    folder = out or folder_name(problem, labels, dedup)
    bar = CompareBar()
    try:
        with bar:
            comparison = compare(
                problem.space,
                problem.spec(),
                names,
                labels,
                seeds,
                baseline=baseline,
                workers=workers,
                out=folder,
                dedup="isomorphic" if dedup == "isomorphic" else "exact",
                on_done=bar.on_done,
            )
    except KeyboardInterrupt:
        complain_of_stop(bar.done, bar.total, "searches")
        raise typer.Exit(INTERRUPTED) from None
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
    lines = [f"Warning: {warning}." for warning in comparison.warnings]
    lines += [f"- {finding}." for finding in comparison.findings]
    lines.append(f"Tables, tests, plot and page are in {folder}")
    for line in lines:
        print_line(line)


def summary_row(row: Mapping[Hashable, Any], measure: str, budget: int) -> list[str]:
    """The texts of one strategy; a mean that is only a lower bound is marked with >."""
    from archscout.reports.comparison_words import reach_words

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
