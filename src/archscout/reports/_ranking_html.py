"""The page of a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archscout._common.saying import count, say_figure
from archscout.reports._curves import chart_of
from archscout.reports._pages import Page
from archscout.reports._paired_tests import add_head, add_manifest, add_tests
from archscout.reports._ranking_curves import calibration_curves, tau_curves
from archscout.reports._ranking_words import figure_words, tau_words

if TYPE_CHECKING:
    from archscout.results._ranking import Ranking

_MEASURES = {"kendall_tau": "tau-b", "kendall_tau_top_tenth": "tau-b in the top 10 %"}


def render_ranking(ranking: Ranking) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    page = Page("rank", f"{count(len(ranking.predictors), 'predictor')} on {ranking.benchmark}")
    parts = page.parts
    headline, *others = ranking.yardsticks.targets
    page.head.append(parts.paragraph(f"{ranking.protocol}."))
    add_head(page, ranking)
    page.section(
        "Order over the number of labels",
        page.figure(
            "curves",
            f"Mean tau-b against {headline} values over the number of labels, a line a predictor; "
            "the table below holds the numbers.",
            chart_of(tau_curves(ranking)),
        ),
        parts.table("Predictors", *tau_words(ranking, headline)),
        parts.small(
            f"Mean Kendall's tau-b against {headline} values; in brackets its 95 % bootstrap "
            "interval over seeds."
        ),
        page.figure(
            "top_plot",
            "The same inside the best tenth of the architectures; the tables below hold the "
            "numbers.",
            chart_of(tau_curves(ranking, "kendall_tau_top_tenth")),
        ),
    )
    page.section(
        f"All figures against {headline} values",
        *_figures(page, ranking, headline),
        parts.small(
            "Means over seeds; seconds are medians. Recall: share of the truly best that are among "
            "as many predicted best. Intervals are in summary.csv."
        ),
        *(
            parts.details(
                f"Against {target} values",
                [
                    parts.table("Predictors", *tau_words(ranking, target)),
                    *_figures(page, ranking, target),
                ],
            )
            for target in others
        ),
    )
    page.section(
        "Calibration",
        page.figure(
            "calibration",
            "Observed against stated coverage of intervals, a panel a number of labels; "
            "summary.csv holds the numbers.",
            [chart_of(panel, height=300) for panel in calibration_curves(ranking)],
        ),
        parts.small(
            "A line on the diagonal is calibrated. Below it a predictor is too sure of itself, "
            "above it too modest. Over architectures without a label."
        ),
    )
    add_tests(
        page, ranking, "predictor", say=lambda _, number: say_figure(number), measures=_MEASURES
    )
    add_manifest(page, ranking)
    return page.text()


def _figures(page: Page, ranking: Ranking, target: str) -> list[str]:
    """The table of figures of each number of labels, most labels first."""
    parts = page.parts
    most, *fewer = [
        (count(labels, "label"), parts.table("Predictors", *figure_words(ranking, target, labels)))
        for labels in reversed(ranking.label_counts)
    ]
    folded = [parts.details(words, [table], len(fewer) < 4) for words, table in fewer]
    return [parts.heading(most[0]), most[1], *folded]
