"""The page of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout.reports import content
from archscout.reports.drawings import cell_svg
from archscout.reports.pages import render_page
from archscout.reports.plots import anytime_chart, audit_chart, prediction_chart

if TYPE_CHECKING:
    from archscout.results.search import SearchResult


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
