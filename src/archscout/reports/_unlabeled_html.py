"""The page of a search without labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout._common.saying import say_tau
from archscout.reports._charts import BLUE, ORANGE, Chart
from archscout.reports._manifest_rows import flat_rows
from archscout.reports._pages import Page
from archscout.reports._words import count
from archscout.results._unlabeled_sentences import say_trust
from archscout.results.scores import ANGLE
from archscout.results.trust import ENOUGH
from archscout.spaces._hollow import hollow

if TYPE_CHECKING:
    from archscout.results.unlabeled import UnlabeledResult

MOST_DOTS = 1000  # in a chart; a phone draws several of them


def render_unlabeled(result: UnlabeledResult) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    space, scores = result.scores.space, result.scores
    best = space.format(result.best)
    page = Page("search-unlabeled", "Search without labels", f"Search without labels: {best}")
    parts = page.parts
    page.add_best(best, result, "" if result.verdict == "yes" else result.verdict)
    page.section("The architecture", page.drawing(space, result.best))
    limits = f" Limits: {'; '.join(result.limits)}." if result.limits else ""
    found = [
        (
            item.way,
            (space.format(item.architecture), hollow(space, item.architecture)),
            *(f"{number:,}" for number in (item.params, item.macs, item.scored)),
        )
        for item in result.found
    ]
    page.section(
        "What each way puts first",
        parts.table(
            "What each way puts first",
            ["way", "architecture", "parameters", "MACs", "scored"],
            found,
            ["row", "code"],
        ),
        parts.small(
            "Parameters and MACs are those of the network in the supernet's size." + limits
        ),
    )
    agreement = [
        (
            row["way"],
            say_tau(row["tau"]),
            say_tau(row["tau_top_tenth"]),
            f"{row['angle_rank']:,}",
        )
        for row in scores.agreement()
    ]
    over = (
        "all that the space holds"
        if scores.exhaustive
        else "drawn at random; firsts and the marked dots are the best of these"
    )
    heads = ("tau-b with the angle", "in the angle's best tenth", "rank by angle of its first here")
    page.section(
        "The angle beside its nulls",
        page.figure(
            "nulls",
            "The angle of each architecture against each null; the table below holds the "
            "correlations.",
            nulls_charts(result),
        ),
        parts.table("The angle beside its nulls", ["way", *heads], agreement),
        parts.small(
            f"Over {len(scores.choices):,} architectures{',' if scores.exhaustive else ''} {over}. "
            "A null needs no training, or less of it. Where it orders as the angle does, training "
            "added little."
        ),
    )
    page.section("Trust check", *_trust(page, result))
    speed = "trained by an earlier call"
    if result.images_per_second:
        speed = f"{result.images_per_second:,.0f} images a second in the training on these labels"
    losses = ", ".join(f"{loss:.3f}" for loss in result.loss)
    page.add_making(
        result,
        [("labels", result.labels), ("speed", speed), ("loss by epoch", losses)],
    )
    page.section("Manifest", parts.pairs("Manifest", flat_rows(result.manifest)))
    return page.text()


def _trust(page: Page, result: UnlabeledResult) -> list[str]:
    parts, trust = page.parts, result.trust
    if trust is None:
        return [parts.paragraph(f"None: {result.why_no_trust}.")]
    rows = [
        (
            (text, ""),
            f"{trust.accuracies[place]:.2f}",
            *(f"{trust.scores[way][place]:.6g}" for way in trust.scores),
        )
        for place, text in enumerate(trust.architectures)
    ]
    drawn = "uniformly," if result.uniform else "from within the limits, more often near them,"
    return [
        page.figure(
            "trust",
            "Accuracy of the networks trained alone over the score of each way; the table below "
            "holds the numbers.",
            trust_charts(result),
        ),
        parts.table(
            "Networks trained alone",
            ["architecture", "accuracy, percent", *trust.scores],
            rows,
            ["code"],
        ),
        parts.small(
            f"Each was drawn {drawn} trained alone for {count(trust.epochs, 'epoch')} on true "
            "labels and judged on images held out from it. Intervals: 95 % bootstrap over the "
            "networks. Better than chance: the interval lies above zero, and of all orders of the "
            "networks at most one in twenty agrees or disagrees as much; fewer than "
            f"{ENOUGH} networks cannot show that."
        ),
    ]


def nulls_charts(result: UnlabeledResult) -> list[Chart]:
    """Chart each null against the angle, a dot an architecture, the angle's best of them marked.

    Of more than `MOST_DOTS` architectures an even draw is shown.
    """
    scores = result.scores
    columns = dict(scores.columns)
    angle = columns.pop(ANGLE)
    taus = {row["way"]: row["tau"] for row in scores.agreement()}
    shown = np.arange(len(angle))
    about: tuple[str, ...] = ()
    if len(shown) > MOST_DOTS:
        shown = np.random.default_rng(0).choice(shown, MOST_DOTS, replace=False)
        about = (f"{MOST_DOTS:,} of {len(angle):,} architectures are shown, drawn at random.",)
    best = int(np.argmax(angle))
    first = scores.space.format(scores.best(ANGLE))
    charts = []
    for name, column in columns.items():
        values, unit = _scaled(column)
        title = f"tau-b {say_tau(taus[name])}"
        chart = Chart(f"{name}{unit}", "angle (radians)", title=title, about=about, height=300)
        chart.dots(values[shown], angle[shown], "architecture", BLUE, size=4, opacity=0.4)
        marked = f"{first}\nangle {angle[best]:.4g}, {name}{unit} {values[best]:.4g}"
        chart.dots(
            values[[best]], angle[[best]], "largest angle", ORANGE, size=10, opacity=1,
            hover=[marked],
        )  # fmt: skip
        charts.append(chart)
    return charts


def trust_charts(result: UnlabeledResult) -> list[Chart]:
    """Chart the accuracy of the networks trained alone over each way's score; none without any."""
    trust = result.trust
    charts = []
    for row in trust.rows() if trust is not None else []:
        assert trust is not None
        values, unit = _scaled(trust.scores[row["way"]])
        said = f"tau-b {say_trust(row)}"
        chart = Chart(f"{row['way']}{unit}", "accuracy alone (percent)", title=said, height=300)
        hover = [
            f"{text}\naccuracy {accuracy:.2f} %"
            for text, accuracy in zip(trust.architectures, trust.accuracies, strict=True)
        ]
        chart.dots(values, trust.accuracies, "network trained alone", BLUE, size=9, hover=hover)
        charts.append(chart)
    return charts


def _scaled(values: ArrayLike) -> tuple[NDArray[np.float64], str]:
    """Counts above 100,000 in millions, with the word for it."""
    array = np.asarray(values, dtype=np.float64)
    return (array / 1e6, " (millions)") if np.nanmax(array) > 1e5 else (array, "")
