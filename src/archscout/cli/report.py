"""``archscout report``: the HTML page of a search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archscout.cli.console import print_line
from archscout.cli.options import writable_folder
from archscout.errors import StorageError
from archscout.secrets import show_storage

if TYPE_CHECKING:
    from archscout.results import SearchResult

JOURNAL, RESULT, REPORT = "journal.log", "result.json", "report.html"


def run(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help=f"Folder of a search, its {RESULT} or journal."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File to write.", show_default=f"{REPORT} in the folder"),
    ] = None,
) -> None:
    """Write the report of a search as one HTML file that opens offline.

    A search that has not finished is reported as far as it has come.
    """
    if not run.exists():
        raise StorageError(
            f"nothing is at {show_storage(str(run))!r}: name the folder of a search or its {RESULT}"
        )
    if not (run.is_dir() or run.is_file()):
        raise StorageError(
            f"{str(run)!r} is no ordinary file: name the folder of a search or its {RESULT}"
        )
    folder = run if run.is_dir() else run.parent
    result = read_run(run)
    path = out or folder / REPORT
    writable_folder(path.parent)
    written = result.report(path)
    print_line(f"The report is in {written}")


def read_run(run: Path) -> SearchResult:
    """Read the result of a search, or, where it has none yet, the labels of its journal."""
    from archscout.cli.unfinished import read_unfinished
    from archscout.results import load_result

    if run.is_dir() and not (run / RESULT).is_file():
        if not (run / JOURNAL).is_file():
            raise StorageError(
                f"the folder {str(run)!r} holds neither {RESULT} nor {JOURNAL}: name the folder "
                "of a search"
            )
        return read_unfinished(run / JOURNAL)
    return read_unfinished(run) if run.suffix in (".log", ".journal") else load_result(run)
