"""``archscout search``: the main job."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from archscout._common.manifest import shown_command
from archscout._common.saying import count
from archscout.cli._command import spread
from archscout.cli._console import amount, duration, print_json, print_line, print_pairs
from archscout.cli._naming import run_folder
from archscout.cli._options import (
    DEDUPS,
    DedupOption,
    JsonOption,
    LabelsOption,
    SeedOption,
    StrategyPairs,
    how,
    one_of,
    out_folder,
    read_settings,
    where,
    writable_folder,
)
from archscout.cli._problem import Problem
from archscout.errors import ArchscoutError, StorageError
from archscout.plugins import describe

if TYPE_CHECKING:
    from archscout.benchmarks import TableBenchmark
    from archscout.results.search import SearchResult

JOURNAL, REPORT, RESULT = "journal.log", "report.html", "result.json"
# A search that goes on with more labels, from wherever it is recorded, replaces its own result.
_MAY_DIFFER = {"labels", "storage", "table"}


@spread
def run(
    *,
    problem: Problem,
    strategy: Annotated[
        str, how(help="Strategy (archscout list strategies), module:Name or FILE.py:Name.")
    ] = "seminas",
    labels: LabelsOption = 150,
    seed: SeedOption = 0,
    dedup: DedupOption = "exact",
    settings: StrategyPairs = None,
    storage: Annotated[
        str | None,
        where(
            metavar="URL|PATH",
            help="Where labels are recorded as they are bought: a journal file, or a database "
            "such as sqlite:///search.db.",
            show_default=f"{JOURNAL} in the folder of --out",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        out_folder(
            f"Folder for {RESULT} and {REPORT}.", "runs/SPACE-DATASET-STRATEGY-LABELS-seedSEED"
        ),
    ] = None,
    keep_going: Annotated[
        bool, how("--keep-going", help="Go on although every label fails with the same error.")
    ] = False,
    retry_failed: Annotated[
        bool, how("--retry-failed", help="Measure the failed labels of a recorded search again.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Search a space for its best architecture with few labels.

    Without options: SemiNAS with 150 labels on NAS-Bench-201, CIFAR-10.

    The same command goes on where it was stopped; once it has finished, it
    shows the stored result.
    """
    from archscout.reports import report
    from archscout.strategies import STRATEGIES

    STRATEGIES[strategy]  # Raises with the nearest match.
    objective = problem.load()
    request: dict[str, Any] = {
        **problem.to_dict(),
        "table_digest": objective.digest(),
        "strategy": describe(strategy, code=True),
        "labels": labels,
        "seed": seed,
        "dedup": one_of("dedup mode", dedup, DEDUPS),
        "settings": read_settings(settings),
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
    return run_folder(
        problem.slug,
        request["strategy"].partition(" ")[0],
        request["labels"],
        f"seed{request['seed']}",
        request["dedup"] if request["dedup"] != "exact" else "",
        *(f"{key}={value}" for key, value in sorted(request["settings"].items())),
    )


def stored_result(folder: Path, request: Mapping[str, Any]) -> SearchResult | None:
    """Load the result of a finished search of this request; that of another would be lost."""
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
    keep_going: bool,
    retry_failed: bool,
) -> SearchResult:
    """Run the search with a progress bar, and write result and report into the folder."""
    from archscout.cli._bars import SearchBar
    from archscout.reports import report
    from archscout.study._loop import search

    existed = folder.exists()
    writable_folder(folder)
    try:
        with SearchBar(request["labels"], benchmark.unit) as bar:
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
    value = amount(best.value, result.unit)
    if result.standing:
        value += ", rank {rank:,} of {of:,} in the table".format(**result.standing)
    test = f"{amount(best.test_value, result.unit)}, revealed after the search"
    price = f"{duration(result.seconds)} of training, from the table"
    print_line(f"{result.strategy} on {result.objective}, seed {result.manifest.get('seed')}")
    print_line(f"best: {result.space.format(best.architecture)}")
    print_pairs(
        {
            "value": value,
            "test value": None if math.isnan(best.test_value) else test,
            "labels": ", ".join(counts),
            "stopped early": result.stopped if len(result.labels) < result.budget else None,
            "price of the labels": price if result.seconds else None,
            "time of the search": duration(result.wall_seconds),
            "warning": " ".join(result.warnings) or None,
            "report": str(folder / REPORT),
        }
    )
