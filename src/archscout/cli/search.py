"""``archscout search``: the main job."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archscout._common.manifest import shown_command
from archscout._common.saying import count
from archscout.cli.console import (
    INTERRUPTED,
    amount,
    complain_of_stop,
    duration,
    print_json,
    print_line,
    print_pairs,
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
    read_settings,
    writable_folder,
)
from archscout.cli.problem import DEDUPS, DEFAULT_METRIC, DEFAULT_SPLIT, Problem, check_strategy
from archscout.errors import ArchscoutError, StorageError
from archscout.plugins import describe
from archscout.reports.report import report

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.results.search import SearchResult

JOURNAL, REPORT, RESULT = "journal.log", "report.html", "result.json"
# A search that goes on with more labels, from wherever it is recorded, replaces its own result.
_MAY_DIFFER = {"labels", "storage", "table"}


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
    strategy: Annotated[
        str,
        typer.Option(
            help="Strategy (archscout list strategies), module:Name or FILE.py:Name.",
            rich_help_panel=HOW,
        ),
    ] = "seminas",
    labels: LabelsOption = 150,
    seed: Annotated[int, typer.Option(help="Decides all that is random.", rich_help_panel=HOW)] = 0,
    dedup: DedupOption = "exact",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A setting of the strategy; may be given more than once.",
            rich_help_panel=HOW,
        ),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="URL|PATH",
            help="Where labels are recorded as they are bought: a journal file, or a database "
            "such as sqlite:///search.db.",
            show_default=f"{JOURNAL} in the folder of --out",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help=f"Folder for {RESULT} and {REPORT}.",
            show_default="runs/SPACE-DATASET-STRATEGY-LABELS-seedSEED",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    keep_going: Annotated[
        bool,
        typer.Option(
            "--keep-going",
            help="Go on although every label fails with the same error.",
            rich_help_panel=HOW,
        ),
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed",
            help="Measure the failed labels of a recorded search again.",
            rich_help_panel=HOW,
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Search a space for its best architecture with few labels.

    Without options: SemiNAS with 150 labels on NAS-Bench-201, CIFAR-10.

    The same command goes on where it was stopped; once it has finished, it
    shows the stored result.
    """
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
    check_strategy(strategy)
    objective = problem.load()
    request: dict[str, Any] = {
        **problem.to_dict(),
        "table_digest": objective.digest(),
        "strategy": describe(strategy, code=True),
        "labels": labels,
        "seed": seed,
        "dedup": one_of("dedup mode", dedup, DEDUPS),
        "settings": read_settings(settings or ()),
        "storage": None if storage is None else shown_command([storage])[0],
    }
    folder = out or folder_name(problem, request)
    result = stored_result(folder, request)
    if result is None or (retry_failed and any(label.failed for label in result.labels)):
        result = search_and_save(
            objective,
            strategy,
            request,
            folder,
            storage,
            keep_going=keep_going,
            retry_failed=retry_failed,
        )
    elif not (folder / REPORT).is_file():
        report(result, folder / REPORT)
    if as_json:
        print_json({**result.to_dict(), "folder": str(folder), "report": str(folder / REPORT)})
    else:
        print_summary(result, folder)


def folder_name(problem: Problem, request: Mapping[str, Any]) -> Path:
    """Name the folder of a search; what differs from the defaults is named too."""
    words = [
        problem.slug,
        request["strategy"].partition(" ")[0],
        request["labels"],
        f"seed{request['seed']}",
    ]
    words += [request["dedup"]] if request["dedup"] != "exact" else []
    words += [f"{key}={value}" for key, value in sorted(request["settings"].items())]
    return run_folder(*words)


def stored_result(folder: Path, request: Mapping[str, Any]) -> SearchResult | None:
    """Load the result of a finished search if it answers exactly this request.

    Raises:
        StorageError: if the folder holds the result of another search, which would be lost.
    """
    from archscout.results.search import SearchResult

    if not (folder / RESULT).is_file():
        return None
    try:
        result = SearchResult.read(folder)
    except ArchscoutError:
        return None  # The journal beside it still holds the labels.
    answered = result.manifest.get("request")
    if answered == dict(request):
        return result
    if not isinstance(answered, dict):
        raise StorageError(
            f"the folder {str(folder)!r} holds a result that this command did not make: name "
            "another one with --out"
        )
    keys = {*answered, *request} - _MAY_DIFFER
    for key in sorted(key for key in keys if answered.get(key) != request.get(key)):
        raise StorageError(
            f"the folder {str(folder)!r} holds a search with {key} {answered.get(key)!r}, and this "
            f"one has {request.get(key)!r}: name another one with --out"
        )
    return None


def search_and_save(
    benchmark: TableBenchmark,
    strategy: str,
    request: Mapping[str, Any],
    folder: Path,
    storage: str | None,
    *,
    keep_going: bool = False,
    retry_failed: bool = False,
) -> SearchResult:
    """Run the search with a progress bar, and write result and report into the folder.

    Args:
        benchmark: the table.
        strategy: its name or place.
        request: what was asked for, as plain values.
        folder: where all is kept.
        storage: where labels are recorded instead, if it is elsewhere.
        keep_going, retry_failed: those of `archscout.search`.
    """
    from archscout.cli.bars import SearchBar
    from archscout.study.loop import search

    existed = folder.exists()
    writable_folder(folder)
    bar = SearchBar(request["labels"], benchmark.unit)
    try:
        with bar:
            result = search(
                benchmark.space,
                benchmark,
                strategy,
                labels=request["labels"],
                seed=request["seed"],
                storage=storage or folder / JOURNAL,
                settings=request["settings"],
                dedup=request["dedup"],
                on_label=bar.on_label,
                keep_going=keep_going,
                retry_failed=retry_failed,
            )
    except KeyboardInterrupt:
        complain_of_stop(bar.bought, request["labels"], "labels")
        raise typer.Exit(INTERRUPTED) from None
    except ArchscoutError:
        if not existed:
            with contextlib.suppress(OSError):
                folder.rmdir()  # Only if nothing was written into it.
        raise
    result.manifest["request"] = dict(request)
    result.save(folder)
    report(result, folder / REPORT)
    return result


def print_summary(result: SearchResult, folder: Path) -> None:
    """Print the closing table."""
    best = result.best
    failed = sum(label.failed for label in result.labels)
    counts = [f"{len(result.labels)} of {result.budget}"]
    counts += [f"{failed} failed"] if failed else []
    counts += [f"{result.bought_again} bought again"] if result.bought_again else []
    counts += [f"{count(result.repeats, 'repeat')}, served at no cost"] if result.repeats else []
    pairs = {"value": amount(best.value, result.unit)}
    if result.standing:
        pairs["value"] += ", rank {rank:,} of {of:,} in the table".format(**result.standing)
    if not math.isnan(best.test_value):
        pairs["test value"] = f"{amount(best.test_value, result.unit)}, revealed after the search"
    pairs["labels"] = ", ".join(counts)
    if len(result.labels) < result.budget:
        pairs["stopped early"] = result.stopped
    if result.seconds:
        pairs["price of the labels"] = f"{duration(result.seconds)} of training, from the table"
    pairs["time of the search"] = duration(result.wall_seconds)
    pairs |= {"warning": " ".join(result.warnings)} if result.warnings else {}
    pairs["report"] = str(folder / REPORT)
    print_line(f"{result.strategy} on {result.objective}, seed {result.manifest.get('seed')}")
    print_line(f"best: {result.space.format(best.architecture)}")
    print_pairs(pairs)
