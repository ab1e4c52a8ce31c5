"""The page of a ranking."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from archscout._common.saying import say_figure, say_p
from archscout.reports.curves import chart_of
from archscout.reports.manifest_rows import flat_rows
from archscout.reports.pages import render_page
from archscout.reports.ranking_curves import calibration_curves, tau_curves
from archscout.reports.ranking_words import figure_words, tau_words

if TYPE_CHECKING:
    from archscout.results.ranking import Ranking

_MEASURES = {"kendall_tau": "tau-b", "kendall_tau_top_tenth": "tau-b in the top 10 %"}


def render_ranking(ranking: Ranking) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    count = len(ranking.predictors)
    headline, *others = ranking.yardsticks.targets
    return render_page(
        "ranking.html",
        {
            "curves": chart_of(tau_curves(ranking)),
            "top_plot": chart_of(tau_curves(ranking, "kendall_tau_top_tenth")),
            "calibration": [chart_of(panel, height=300) for panel in calibration_curves(ranking)],
        },
        ranking=ranking,
        title=f"{count} {'predictor' if count == 1 else 'predictors'} on {ranking.benchmark}",
        headline=headline,
        taus=tau_words(ranking, headline),
        figures_by_labels=_figures(ranking, headline),
        others=[
            (target, tau_words(ranking, target), _figures(ranking, target)) for target in others
        ],
        tests=_tests(ranking),
        manifest=flat_rows(ranking.manifest),
    )


def _figures(ranking: Ranking, target: str) -> list[tuple[int, Any]]:
    """The table of figures of each number of labels, most labels first."""
    return [(n, figure_words(ranking, target, n)) for n in reversed(ranking.label_counts)]


def _tests(ranking: Ranking) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for row in ranking.tests.to_dict("records"):
        interval = (
            ""
            if math.isnan(row["low"])
            else f" [{say_figure(row['low'])}, {say_figure(row['high'])}]"
        )
        rows.append(
            {
                **{str(key): fact for key, fact in row.items()},
                "measured": _MEASURES[row["measure"]],
                "ahead": f"{say_figure(row['mean_difference'])}{interval}",
                "p": say_p(row["p_holm"]),
                "counts": f"{row['wins']} / {row['ties']} / {row['losses']}",
            }
        )
    return rows
