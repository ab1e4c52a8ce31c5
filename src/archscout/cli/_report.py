"""``archscout report``: the HTML page of a run, written again from its saved files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from archscout._common.secrets import show_storage
from archscout.cli._console import print_line
from archscout.cli._options import OwnSpaceOption, writable_folder
from archscout.errors import StorageError

JOURNAL = "journal.log"


def run(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN",
            help="Folder of a search, comparison, ranking, search-unlabeled, search-supernet or "
            "training, or the JSON file or journal in it.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to write.",
            show_default="report.html, comparison.html or ranking.html in the folder",
        ),
    ] = None,
    space: OwnSpaceOption = None,
) -> None:
    """Write the report of a run as one HTML file that opens offline.

    It is made from what the run saved. A search that has not finished is
    reported as far as it has come.
    """
    from archscout.reports import report

    if not run.exists():
        raise StorageError(f"nothing is at {show_storage(str(run))!r}: name the folder of a run")
    if not (run.is_dir() or run.is_file()):
        raise StorageError(f"{str(run)!r} is no ordinary file: name the folder of a run")
    folder = run if run.is_dir() else run.parent
    result = read_run(run, space)
    path = out or folder
    writable_folder(path if path.is_dir() else path.parent)
    written = report(result, path)
    print_line(f"The report is in {written}")


def read_run(run: Path, place: str | None = None) -> Any:
    """Read what a run saved, or, of a search without a result yet, the labels of its journal."""
    from archscout.cli._unfinished import read_unfinished
    from archscout.results._load import find_kind, known_runs, load_result
    from archscout.spaces import load_space

    space = None if place is None else load_space(place)
    if run.is_dir() and find_kind(run) is None:
        if (run / JOURNAL).is_file():
            return read_unfinished(run / JOURNAL, space)
        if (run / "plan.json").is_file():
            raise StorageError(
                f"the run in {str(run)!r} has not finished and has nothing to report yet: give the "
                "command that began it again"
            )
        raise StorageError(
            f"the folder {str(run)!r} holds no run, expected {known_runs()}, or {JOURNAL} of a "
            "search that has not finished: name another folder"
        )
    journal = run.suffix in (".log", ".journal")
    return read_unfinished(run, space) if journal else load_result(run, place)
