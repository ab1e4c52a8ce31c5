"""The page of a search without labels: one HTML file without scripts that opens offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from archscout.folders import cannot_write
from archscout.plain import write_text
from archscout.random_label_search.sentences import say_tau
from archscout.random_label_search.trust import ENOUGH
from archscout.reports.drawings import cell_svg
from archscout.reports.embedding import fact_text, picture
from archscout.reports.unlabeled_plot import nulls_figure, trust_figure
from archscout.reports.words import duration
from archscout.spaces.hollow import hollow

if TYPE_CHECKING:
    from archscout.random_label_search.result import UnlabeledResult

_PAGE = Path(__file__).parent / "page"


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
        write_text(file, render_unlabeled(result))
    except OSError as error:
        raise cannot_write(file.parent, error) from None
    return file


def render_unlabeled(result: UnlabeledResult) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    space = result.scores.space
    trust = trust_figure(result)
    page = environment.get_template("unlabeled.html").render(
        result=result,
        best=space.format(result.best),
        drawing=Markup(cell_svg(space, result.best)),
        nulls=picture(nulls_figure(result)),
        trust_plot=None if trust is None else picture(trust),
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
        manifest=[(name, fact_text(fact)) for name, fact in result.manifest.items()],
        style=Markup((_PAGE / "style.css").read_text("utf-8")),
    )
    # Names of files may hold halves of characters, which no file can hold.
    return page.encode("utf-8", "replace").decode("utf-8")


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
