"""The page of a search on a supernet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from archscout._common.saying import say_p, say_tau
from archscout.reports.charts import COLOURS, Chart
from archscout.reports.drawings import cell_svg
from archscout.reports.manifest_rows import flat_rows
from archscout.reports.pages import render_page
from archscout.reports.words import count, duration, size

if TYPE_CHECKING:
    from archscout.results.supernet import SupernetSearchResult

MOST_LISTED = 20


def render_supernet(result: SupernetSearchResult) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    from markupsafe import Markup

    space, trust = result.space, result.trust
    listed = _listed(result)
    return render_page(
        "supernet.html",
        {"scored": _chart(result)},
        result=result,
        best=space.format(result.best),
        drawing=Markup(cell_svg(space, result.best)),
        best_facts=_best_facts(result),
        rounds=result.by_round(),
        listed=listed,
        left_out=len(result.architectures) - len(listed),
        agreement=[(row["way"], say_tau(row["tau"])) for row in result.agreement()],
        trust_rows=[] if trust is None else [_trust_row(row) for row in trust.rows()],
        networks=[]
        if trust is None
        else [
            (text, f"{accuracy:.2f}")
            for text, accuracy in zip(trust.architectures, trust.accuracies, strict=True)
        ],
        alone=count(result.alone_epochs, "epoch"),
        stages=[(stage, duration(seconds)) for stage, seconds in result.seconds.items()],
        manifest=flat_rows(result.manifest),
    )


def _chart(result: SupernetSearchResult) -> Chart:
    """Accuracies of all architectures by the last weights, a colour a round."""
    chart = Chart("architecture, in order of proposal from 0", "supernet accuracy (%)")
    texts = [result.space.format(arch) for arch in result.architectures]
    start = 0
    for part in result.rounds:
        places = range(start, start + part.proposed)
        start += part.proposed
        chart.dots(
            list(places),
            result.accuracies[list(places)],
            f"round {part.number}",
            COLOURS[part.number % len(COLOURS)],
            hover=[f"{texts[place]}\n{result.accuracies[place]:.2f} %" for place in places],
        )
    return chart


def _best_facts(result: SupernetSearchResult) -> list[tuple[str, str]]:
    place = result.place
    rows = [("supernet accuracy", f"{result.accuracies[place]:.2f} %")]
    if result.finalists:
        first = result.finalists[0]
        rows.append(("alone, held-out images", f"{first.validation:.2f} %"))
        if first.test is not None:
            rows.append(("alone, test images", f"{first.test:.2f} %"))
    rows.append(("parameters", size(float(result.params[place]))))
    rows.append(("MACs", size(float(result.macs[place]))))
    return rows


def _listed(result: SupernetSearchResult) -> list[list[str]]:
    """The best by supernet accuracy, a row each."""
    order = np.argsort(-result.accuracies, kind="stable")[:MOST_LISTED].tolist()
    return [
        [
            result.space.format(result.architectures[place]),
            f"{result.accuracies[place]:.2f}",
            str(result.proposed[place]["round"]),
            str(result.proposed[place]["origin"]),
            f"{result.params[place]:,}",
            f"{result.macs[place]:,}",
        ]
        for place in order
    ]


def _trust_row(row: dict[str, Any]) -> list[str]:
    interval = f"{say_tau(row['tau'])} [{say_tau(row['low'])}, {say_tau(row['high'])}]"
    return [str(row["way"]), interval, say_p(row["p_value"])]
