"""The page of a search on a supernet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archscout._common.saying import say_p, say_tau
from archscout.reports._charts import COLOURS, Chart
from archscout.reports._manifest_rows import flat_rows
from archscout.reports._pages import Page
from archscout.reports._words import count, size
from archscout.results._unlabeled_sentences import say_trust

if TYPE_CHECKING:
    from archscout.results.supernet import SupernetSearchResult

MOST_LISTED = 20


def render_supernet(result: SupernetSearchResult) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    space, listed = result.space, _listed(result)
    best = space.format(result.best)
    page = Page("search-supernet", "Search on a supernet", f"Search on a supernet: {best}")
    parts = page.parts
    page.add_best(best, result)
    page.section(
        "The architecture",
        parts.tiles([(name, text, "") for name, text in _best_facts(result)]),
        page.drawing(space, result.best),
    )
    heads = ["architecture", "supernet accuracy, %", "round", "origin", "parameters", "MACs"]
    more = len(result.architectures) - len(listed)
    page.section(
        "All that was scored",
        page.figure(
            "scored",
            "Supernet accuracy of each architecture in the order of proposal; the tables below "
            "hold the numbers",
            _chart(result),
        ),
        parts.table("Rounds", list(_ROUNDS), _rounds(result)),
        parts.small(
            "Accuracies are by the last weights of the supernet, on "
            f"{result.held_out:,} held-out images; round 0 is random. Architectures and rounds are "
            "numbered from 0."
        ),
        parts.details(
            "The best by supernet accuracy",
            [
                parts.table("The best by supernet accuracy", heads, listed, ["name"]),
                parts.small(f"And {more:,} more in architectures.csv.") if more else "",
            ],
        ),
    )
    agreement = [(row["way"], say_tau(row["tau"])) for row in result.agreement()]
    page.section(
        "What counting says",
        parts.table(
            "What counting says", ["way", "tau-b with the supernet accuracy"], agreement, ["name"]
        ),
        parts.small(
            "Counting needs no training. Where it orders as the supernet does, the supernet added "
            "little."
        ),
    )
    page.section("Trained alone", *_alone(page, result))
    page.section("Trust check", *_trust(page, result))
    page.add_making(result, [("limits", "; ".join(result.limits))], flat_rows(result.manifest))
    return page.text()


_ROUNDS = {
    "round": "{}",
    "architectures": "{}",
    "trained on": "{}",
    "mean, %": "{:.2f}",
    "best, %": "{:.2f}",
    "loss": "{:.3f}",
    "training steps": "{:,}",
}


def _rounds(result: SupernetSearchResult) -> list[list[str]]:
    names = ("round", "proposed", "trained_on", "mean", "best", "loss", "updates")
    return [
        [form.format(row[name]) for name, form in zip(names, _ROUNDS.values(), strict=True)]
        for row in result.by_round()
    ]


def _alone(page: Page, result: SupernetSearchResult) -> list[str]:
    parts = page.parts
    if not result.finalists:
        return [parts.paragraph("None of the best was trained alone: the network has no weights.")]
    rows = [
        [
            finalist.architecture,
            f"{finalist.supernet_accuracy:.2f}",
            f"{finalist.validation:.2f}",
            "–" if finalist.test is None else f"{finalist.test:.2f}",
        ]
        for finalist in result.finalists
    ]
    heads = ["architecture", "supernet accuracy, %", "held-out images, %", "test images, %"]
    return [
        parts.table("Trained alone", heads, rows, ["name"]),
        parts.small(
            f"Each for {count(result.alone_epochs, 'epoch')}. The held-out images chose the "
            "architecture and so say more than is true; nothing was chosen by test images."
        ),
    ]


def _trust(page: Page, result: SupernetSearchResult) -> list[str]:
    parts, trust = page.parts, result.trust
    if trust is None:
        return [parts.paragraph(f"None: {result.why_no_trust}.")]
    rows = [
        [
            row["way"],
            say_trust(row),
            say_p(row["p_value"]),
        ]
        for row in trust.rows()
    ]
    networks = [
        (text, f"{accuracy:.2f}")
        for text, accuracy in zip(trust.architectures, trust.accuracies, strict=True)
    ]
    heads = ["way", "tau-b with accuracies alone [95 %]", "two-sided p"]
    return [
        parts.table("Trust check", heads, rows, ["name"]),
        parts.table(
            "Networks trained alone", ["architecture", "accuracy alone, %"], networks, ["name"]
        ),
    ]


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
