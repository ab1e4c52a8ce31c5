"""The page of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.saying import count
from archscout.reports import _content as content
from archscout.reports._facts import has_pseudo_labels
from archscout.reports._pages import Page
from archscout.reports._plots import anytime_chart, audit_chart, prediction_chart

if TYPE_CHECKING:
    from archscout.reports._charts import Chart
    from archscout.results.search import SearchResult

_LABEL_HEADS = ("label", "value", "predicted", "origin", "training")


def render_search(result: SearchResult) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    title = f"{result.strategy} on {result.objective}"
    page = Page("search report", title, f"{title}: archscout search")
    parts, noun, head = page.parts, content.noun(result), content.headline(result)
    page.head.append(parts.lead(head, result, noun))
    if head["best"]:
        page.head.append(parts.code(head["text"], "found"))
        page.add_warnings(result)
    if head["stopped"]:
        words = f"The search ended before its budget was used: {head['stopped']}"
        page.head.append(parts.note("", words))
    page.section("", parts.tiles(head["tiles"]))
    _add_chart(
        page,
        ("anytime", "Best value over labels"),
        "Value of every label in buying order, with the best value so far",
        anytime_chart(result),
        content.anytime_words(result),
    )
    _add_chart(
        page,
        ("prediction", "Predicted against measured"),
        "Measured value of each label over its predicted value",
        prediction_chart(result),
        content.prediction_words(result),
    )
    _add_rounds(page, result)
    _add_best(page, result, noun)
    if test := content.sealed_words(result):
        page.section("Test values", parts.paragraph(" ".join(test)), id="test")
    if origins := content.origins(result):
        heads = ["origin", "labels", "share", "best", "median", "failed"]
        kinds = ["row", "number", "share", "number", "number", "number"]
        table = parts.table("Origins of the labels", heads, origins, kinds)
        page.section("Where the labels came from", table, id="origins")
    if failures := content.failures(result):
        more = sum(label.failed for label in result.labels) - len(failures)
        page.section(
            "Failed labels",
            parts.paragraph("A failed measurement is kept and counts as a label."),
            parts.table(
                "Failed labels",
                ["label", noun, "error"],
                failures,
                ["number", "cell", "words"],
            ),
            parts.paragraph(f"And {more} more.") if more else "",
            id="failures",
        )
    page.section("Before you quote this", parts.items(content.caveats(result)), id="caveats")
    again = content.rerun(result)
    page.section(
        "How it was made, and how to run it again",
        *(
            (
                parts.paragraph(
                    "With the versions below installed, the same command buys the same labels:"
                ),
                parts.listing(again["command"]),
            )
            if again["command"]
            else ()
        ),
        parts.paragraph("In Python:"),
        parts.listing(again["python"]),
        parts.pairs("Manifest", content.manifest_rows(result)),
        id="manifest",
    )
    _add_labels(page, result, noun)
    return page.text()


def _add_chart(
    page: Page, section: tuple[str, str], about: str, chart: Chart | None, words: list[str]
) -> None:
    id, heading = section
    if chart:
        drawn = page.figure(id, f"{about}; the numbers are in the table of all labels", chart)
        page.section(heading, drawn, page.parts.paragraph(" ".join(words)), id=id)


def _add_rounds(page: Page, result: SearchResult) -> None:
    """What the strategy learnt, and what pseudo-labels did where it had any."""
    if not result.audit:
        return
    parts, (heads, rows) = page.parts, content.rounds(result)
    kinds = ["words" if head == content.WHY_STOPPED else "number" for head in heads]
    table = parts.table("Audit of the rounds", heads, rows, kinds)
    if not has_pseudo_labels(result.audit):
        shown = parts.details(f"Show {count(len(rows), 'round')}", [table])
        page.section("Rounds of learning", shown, id="audit")
        return
    about = (
        "Held-out rank correlation before and after pseudo-labels in each round; the numbers are "
        "in the table below"
    )
    drawn = page.figure("audit", about, audit_chart(result.audit, result.noise))
    words = parts.paragraph(" ".join(content.pseudo_words(result)))
    page.section("What the pseudo-labels did", words, drawn, table, id="audit")


def _add_best(page: Page, result: SearchResult, noun: str) -> None:
    """The best distinct architectures, a card each."""
    cells, parts = content.best_cells(result), page.parts
    cards, words = cells["cards"], cells["words"]
    if not cards:
        return
    for card in cards:
        card["drawing"] = page.drawing(result.space, card["label"].architecture)
    if len(cards) > 1:
        words = f"The best {len(cards)} measured {noun}s that compute different functions. {words}"
    page.section(
        f"The best {noun}{'s' if len(cards) > 1 else ''}",
        parts.paragraph(words),
        parts.cards(cards),
        parts.small(
            "Dotted lines are “none” edges; dashed grey edges lie on no path from input to output "
            "and have no effect. Parameters and MACs (multiply-adds of one image) are those of the "
            "standard network of the space."
        )
        if result.space.name == "nasbench201"
        else "",
        id="cells",
    )


def _add_labels(page: Page, result: SearchResult, noun: str) -> None:
    """The first labels as a table for readers without the chart."""
    table, parts = content.label_table(result), page.parts
    shown = len(table["rows"])
    if not shown:
        return
    first = "the first " if shown < len(result.labels) else ""
    more = f" {table['more']} more info columns are in the JSON and the CSV."
    number, *others = _LABEL_HEADS
    heads = [number, noun, *others, *table["info"]]
    kinds = ["number", "cell", "number", "number", "", "number", *[""] * len(table["info"])]
    page.section(
        "All labels",
        parts.details(
            f"Show {first}{shown:,} of {count(len(result.labels), 'label')}, in buying order",
            [
                parts.table("All labels", heads, table["rows"], kinds),
                parts.small(
                    "Labels are numbered from 0, as in the record, the JSON and the CSV."
                    + (more if table["more"] else "")
                ),
            ],
        ),
        id="labels",
    )
