"""The page of a search without labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.saying import say_tau
from archscout.reports.manifest_rows import flat_rows
from archscout.reports.pages import Page
from archscout.reports.unlabeled_plot import nulls_charts, trust_charts
from archscout.reports.words import count
from archscout.results.trust import ENOUGH
from archscout.spaces.hollow import hollow

if TYPE_CHECKING:
    from archscout.results.unlabeled import UnlabeledResult


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
