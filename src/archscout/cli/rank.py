"""``archscout rank``: predictors side by side over numbers of labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archscout._common.saying import count
from archscout.cli.bars import CompareBar
from archscout.cli.console import INTERRUPTED, complain_of_stop, print_json, print_line, print_rows
from archscout.cli.naming import run_folder
from archscout.cli.options import (
    OUTPUT,
    BenchmarkOption,
    DatasetOption,
    DirectionOption,
    EpochsOption,
    JsonOption,
    MetricOption,
    RunOption,
    SpaceOption,
    SplitOption,
    TableOption,
    UnitOption,
)
from archscout.cli.problem import DEFAULT_METRIC, DEFAULT_SPLIT, Problem

if TYPE_CHECKING:
    from archscout.experiments import Ranking

HOW_TO_RANK = "How to rank"
DEFAULT_PREDICTORS = "boosting,forest,mlp,assessor"
DEFAULT_LABELS = "20,50,100,400"
DEFAULT_UNLABELED = "1000"


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
    predictors: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Names, with commas (archscout list predictors), also wrapped as in "
            "pseudo:forest; also module:Name or FILE.py:Name. NAME@0 or NAME@all has unlabeled "
            "architectures of its own number.",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = DEFAULT_PREDICTORS,
    labels: Annotated[
        str,
        typer.Option(
            metavar="NUMBERS",
            help="Numbers of labels, with commas; 1% is a share of those that can be labeled.",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = DEFAULT_LABELS,
    seeds: Annotated[
        int,
        typer.Option(
            help="Fits of each predictor and number of labels, with seeds 0, 1, ...",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = 20,
    protocol: Annotated[
        str,
        typer.Option(
            metavar="a|b",
            help="a: random labels, the whole table is scored. b: labels from a fixed half of the "
            "table, the other half is scored.",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = "a",
    unlabeled: Annotated[
        str,
        typer.Option(
            metavar="N|all",
            help="Architectures without a label that a predictor may look at.",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = DEFAULT_UNLABELED,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Predictor that the others are tested against.",
            show_default="the first of --predictors",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Fits at a time, one thread each.",
            show_default="one a core",
            rich_help_panel=HOW_TO_RANK,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder for the tables, plots and page.",
            show_default="runs/rank-SPACE-DATASET-protocol-a",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Rank predictors by how well they order architectures from few labels.

    The same command goes on where it was stopped; with more seeds, labels or
    predictors it adds to what the folder holds.
    """
    from archscout.experiments import rank

    names = [name.strip() for name in predictors.split(",") if name.strip()]
    problem = Problem(space, dataset, table, metric, epochs, run, split, unit, direction, benchmark)
    folder = out or folder_name(problem, protocol, unlabeled)
    bar = CompareBar("fits")
    try:
        with bar:
            ranking = rank(
                problem.space,
                problem.spec(),
                names,
                labels,
                seeds,
                protocol=protocol,
                unlabeled=unlabeled,
                baseline=baseline,
                workers=workers,
                out=folder,
                on_done=bar.on_done,
            )
    except KeyboardInterrupt:
        complain_of_stop(bar.done, bar.total, "fits")
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({**ranking.to_dict(), "folder": str(folder)})
    else:
        print_ranking(ranking, folder)


def folder_name(problem: Problem, protocol: str, unlabeled: str) -> Path:
    """Name the folder of a ranking; more seeds, labels or predictors join what it holds.

    Examples:
        >>> str(folder_name(Problem(), "a", "1000"))
        'runs/rank-nasbench201-cifar10-protocol-a'
        >>> str(folder_name(Problem(), "b", "all"))
        'runs/rank-nasbench201-cifar10-protocol-b-all-unlabeled'
    """
    some = f"{unlabeled}-unlabeled" if unlabeled != DEFAULT_UNLABELED else ""
    return run_folder("rank", problem.slug, f"protocol-{protocol.lower()}", some)


def print_ranking(ranking: Ranking, folder: Path) -> None:
    """Print who orders best, everything else at the most labels, and what limits it."""
    from archscout.reports.ranking_words import figure_words, tau_words

    target, most = ranking.yardsticks.headline, ranking.label_counts[-1]
    print_line(f"{ranking.benchmark}, {count(len(ranking.seeds), 'seed')}")
    print_line(f"{ranking.protocol}.")
    title = f"Kendall's tau-b against {target} values, mean [95 %]"
    print_rows(title, *tau_words(ranking, target))
    header, rows = figure_words(ranking, target, most)
    # A column a predictor: there are more figures than a narrow terminal has room for.
    turned = [list(column) for column in zip(header, *rows, strict=True)]
    print_rows(f"All figures at {count(most, 'label')}, means over seeds", turned[0], turned[1:])
    lines = [f"Warning: {warning}." for warning in ranking.warnings]
    lines += [f"- {finding}." for finding in ranking.findings]
    lines.append(f"Tables, tests, plots and page are in {folder}")
    for line in lines:
        print_line(line)
