"""``archscout report``: the HTML page of a finished search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archscout.cli.console import screen
from archscout.cli.options import writable_folder
from archscout.errors import StorageError

RESULT, REPORT = "result.json", "report.html"


def run(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help=f"Folder of a search, or its {RESULT}.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File to write.", show_default=f"{REPORT} in the folder"),
    ] = None,
) -> None:
    """Write the report of a search as one HTML file that opens offline."""
    from archscout.results import load_result

    if not run.exists():
        raise StorageError(
            f"nothing is at {str(run)!r}: name the folder of a search or its {RESULT}"
        )
    folder = run if run.is_dir() else run.parent
    if run.is_dir() and not (run / RESULT).is_file():
        raise StorageError(
            f"the folder {str(run)!r} holds no {RESULT}, which a search writes at its end: "
            "run the command of the search again to finish it"
        )
    result = load_result(run)
    path = out or folder / REPORT
    writable_folder(path.parent)
    written = result.report(path)
    screen().print(f"The report is in {written}", soft_wrap=True, markup=False, highlight=False)
