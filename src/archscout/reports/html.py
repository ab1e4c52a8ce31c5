"""The page of a search."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archscout._common.paths import at_home
from archscout._common.writing import write_file
from archscout.errors import StorageError
from archscout.reports import content
from archscout.reports.drawings import cell_svg
from archscout.reports.pages import render_page
from archscout.reports.plots import anytime_chart, audit_chart, prediction_chart

if TYPE_CHECKING:
    from archscout.results.search import SearchResult


def write_report(result: SearchResult, path: str | Path) -> Path:
    """Write the report of a finished search as one HTML file.

    Args:
        result: the search.
        path: file to write, or a folder that then holds ``report.html``; a missing folder is
            made. An old file is replaced in one step, so that it is never half written.

    Returns:
        The path that was written.

    Raises:
        StorageError: if the file cannot be written there.

    Examples:
        >>> import tempfile
        >>> from archscout.objectives.label import Label
        >>> from archscout.results.search import SearchResult
        >>> from archscout.spaces import load_space
        >>> space = load_space("nasbench201")
        >>> label = Label(0, space.parse("334131"), 91.2)
        >>> result = SearchResult(space, "random", "my table", "percent", "maximize", [label])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_report(result, folder).name
        'report.html'
    """
    path = at_home(path)
    path = path / "report.html" if path.is_dir() else path
    page = render(result)
    try:
        write_file(path, page)
    except OSError as problem:
        raise StorageError(
            f"cannot write the report to {str(path)!r} ({problem.strerror or problem}): "
            "name a file in a folder that you may write to"
        ) from problem
    return path


def render(result: SearchResult) -> str:
    """Make the page as text."""
    from markupsafe import Markup

    cells = content.best_cells(result)
    for card in cells["cards"]:
        card["drawing"] = Markup(cell_svg(result.space, card["label"].architecture))
    return render_page(
        "report.html",
        {
            "anytime": anytime_chart(result),
            "prediction": prediction_chart(result),
            "audit": audit_chart(result.audit, result.noise),
        },
        result=result,
        noun=content.noun(result),
        head=content.headline(result),
        anytime=content.anytime_words(result),
        prediction=content.prediction_words(result),
        audit=content.audit_table(result),
        cells=cells,
        origins=content.origins(result),
        failures=content.failures(result),
        test=content.sealed_words(result),
        caveats=content.caveats(result),
        manifest=content.manifest_rows(result),
        rerun=content.rerun(result),
        table=content.label_table(result),
    )
