"""The page of a search without labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.saying import say_tau
from archscout.reports.drawings import cell_svg
from archscout.reports.manifest_rows import flat_rows
from archscout.reports.pages import render_page
from archscout.reports.unlabeled_plot import nulls_charts, trust_charts
from archscout.reports.words import duration
from archscout.results.trust import ENOUGH
from archscout.spaces.hollow import hollow

if TYPE_CHECKING:
    from archscout.results.unlabeled import UnlabeledResult


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
