"""``archscout compare``: strategies side by side on paired seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archscout.cli.console import print_json
from archscout.cli.options import (
    HOW,
    OUTPUT,
    DatasetOption,
    DedupOption,
    EpochsOption,
    JsonOption,
    LabelsOption,
    MetricOption,
    RunOption,
    SpaceOption,
    TableOption,
    one_of,
)
from archscout.cli.problem import DEDUPS, DEFAULT_METRIC, Problem, check_strategy
from archscout.errors import SettingsError

DEFAULT_STRATEGIES = "random,evolution,local,nao,seminas,optuna:tpe"


def run(
    *,
    space: SpaceOption = "nasbench201",
    dataset: DatasetOption = None,
    table: TableOption = None,
    metric: MetricOption = DEFAULT_METRIC,
    epochs: EpochsOption = None,
    run: RunOption = "mean",
    strategies: Annotated[
        str, typer.Option(metavar="NAMES", help="Names, with commas.", rich_help_panel=HOW)
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
            show_default="runs/compare-SPACE-DATASET-LABELS-SEEDSseeds",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare strategies on the same seeds, with intervals and paired tests."""
    names = [check_strategy(name.strip()) for name in strategies.split(",") if name.strip()]
    if baseline not in names:
        raise SettingsError(
            f"the baseline {baseline!r} is not among the strategies {', '.join(names)}: "
            "name one of them with --baseline"
        )
    one_of("dedup mode", dedup, DEDUPS)
    problem = Problem(space, dataset, table, metric, epochs, run)
    problem.load()
    print_json({"workers": workers, "out": out, "seeds": seeds, "labels": labels, "json": as_json})
