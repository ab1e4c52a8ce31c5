"""``archscout rank``: predictors side by side over numbers of labels."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archscout._common.saying import count
from archscout.cli._bars import CompareBar
from archscout.cli._command import spread
from archscout.cli._console import print_findings, print_json, print_line, print_rows
from archscout.cli._naming import run_folder
from archscout.cli._options import JsonOption, out_folder, read_names
from archscout.cli._problem import Problem

if TYPE_CHECKING:
    from archscout.experiments import Ranking

how = partial(typer.Option, rich_help_panel="How to rank")
DEFAULT_PREDICTORS = "boosting,forest,mlp,assessor"
DEFAULT_LABELS = "20,50,100,400"
DEFAULT_UNLABELED = "1000"


@partial(spread, without=("max_macs", "max_params"))
def run(
    *,
    problem: Problem,
    predictors: Annotated[
        str,
        how(
            metavar="NAMES",
            help="Names, with commas (archscout list predictors), also wrapped as in "
            "pseudo:forest; also module:Name or FILE.py:Name. NAME@0 or NAME@all has unlabeled "
            "architectures of its own number.",
        ),
    ] = DEFAULT_PREDICTORS,
    labels: Annotated[
        str,
        how(
            metavar="NUMBERS",
            help="Numbers of labels, with commas; 1% is a share of those that can be labeled.",
        ),
    ] = DEFAULT_LABELS,
    seeds: Annotated[
        int, how(help="Fits of each predictor and number of labels, with seeds 0, 1, ...")
    ] = 20,
    protocol: Annotated[
        str,
        how(
            metavar="a|b",
            help="a: random labels, the whole table is scored. b: labels from a fixed half of the "
            "table, the other half is scored.",
        ),
    ] = "a",
    unlabeled: Annotated[
        str,
        how(metavar="N|all", help="Architectures without a label that a predictor may look at."),
    ] = DEFAULT_UNLABELED,
    baseline: Annotated[
        str | None,
        how(
            metavar="NAME",
            help="Predictor that the others are tested against.",
            show_default="the first of --predictors",
        ),
    ] = None,
    workers: Annotated[
        int | None, how(help="Fits at a time, one thread each.", show_default="one a core")
    ] = None,
    out: Annotated[
        Path | None,
        out_folder("Folder for the tables, plots and page.", "runs/rank-SPACE-DATASET-protocol-a"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Rank predictors by how well they order architectures from few labels.

    The same command goes on where it was stopped; with more seeds, labels or
    predictors it adds to what the folder holds.
    """
    from archscout.experiments import rank

    folder = out or folder_name(problem, protocol, unlabeled)
    with CompareBar("fits") as bar:
        ranking = rank(
            problem.space,
            problem.spec(),
            read_names(predictors),
            labels,
            seeds,
            protocol=protocol,
            unlabeled=unlabeled,
            baseline=baseline,
            workers=workers,
            out=folder,
            on_done=bar.on_done,
        )
    if as_json:
        print_json({**ranking.to_dict(), "folder": str(folder)})
    else:
        print_ranking(ranking, folder)


def folder_name(problem: Problem, protocol: str, unlabeled: str) -> Path:
    """Name the folder of a ranking; more seeds, labels or predictors join what it holds."""
    some = f"{unlabeled}-unlabeled" if unlabeled != DEFAULT_UNLABELED else ""
    return run_folder("rank", problem.slug, f"protocol-{protocol.lower()}", some)


def print_ranking(ranking: Ranking, folder: Path) -> None:
    """Print who orders best, everything else at the most labels, and what limits it."""
    from archscout.reports._ranking_words import figure_words, tau_words

    target, most = ranking.yardsticks.headline, ranking.label_counts[-1]
    print_line(f"{ranking.benchmark}, {count(len(ranking.seeds), 'seed')}")
    print_line(f"{ranking.protocol}.")
    title = f"Kendall's tau-b against {target} values, mean [95 %]"
    print_rows(title, *tau_words(ranking, target))
    header, rows = figure_words(ranking, target, most)
    # A column a predictor: there are more figures than a narrow terminal has room for.
    turned = [list(column) for column in zip(header, *rows, strict=True)]
    print_rows(f"All figures at {count(most, 'label')}, means over seeds", turned[0], turned[1:])
    print_findings(ranking.findings, ranking.warnings)
    print_line(f"Tables, tests, plots and page are in {folder}")
