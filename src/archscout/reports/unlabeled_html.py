"""The page of a search without labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archscout._common.parts_folder import cannot_write
from archscout._common.writing import write_file
from archscout.pipelines.unlabeled.sentences import say_tau
from archscout.pipelines.unlabeled.trust import ENOUGH
from archscout.reports.drawings import cell_svg
from archscout.reports.manifest_rows import flat_rows
from archscout.reports.pages import render_page
from archscout.reports.unlabeled_plot import nulls_charts, trust_charts
from archscout.reports.words import duration
from archscout.spaces.hollow import hollow

if TYPE_CHECKING:
    from archscout.pipelines.unlabeled.result import UnlabeledResult


def write_unlabeled_page(result: UnlabeledResult, path: str | Path) -> Path:
    """Write the page of a finished search.

    Args:
        result: what was found.
        path: the file; its folder must exist.

    Returns:
        The file.

    Raises:
        StorageError: if it cannot be written.
    """
    file = Path(path)
    try:
        write_file(file, render_unlabeled(result))
    except OSError as error:
        raise cannot_write(file.parent, error) from None
    return file


def render_unlabeled(result: UnlabeledResult) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    from markupsafe import Markup

    space = result.scores.space
    return render_page(
        "unlabeled.html",
        {"nulls": nulls_charts(result), "trust": trust_charts(result)},
        result=result,
        best=space.format(result.best),
        drawing=Markup(cell_svg(space, result.best)),
        agreement=[
            {**row, "tau": say_tau(row["tau"]), "top": say_tau(row["tau_top_tenth"])}
            for row in result.scores.agreement()
        ],
        found=[
            (found, space.format(found.architecture), hollow(space, found.architecture))
            for found in result.found
        ],
        trust_rows=_trust_rows(result),
        enough=ENOUGH,
        stages=[(stage, duration(seconds)) for stage, seconds in result.seconds.items()],
        manifest=flat_rows(result.manifest),
    )


def _trust_rows(result: UnlabeledResult) -> list[tuple[str, str, list[str]]]:
    """A row a network trained alone: text, accuracy, scores."""
    trust = result.trust
    if trust is None:
        return []
    return [
        (
            text,
            f"{trust.accuracies[place]:.2f}",
            [f"{trust.scores[way][place]:.6g}" for way in trust.scores],
        )
        for place, text in enumerate(trust.architectures)
    ]
