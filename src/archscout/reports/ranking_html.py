"""The page of a ranking: one HTML file without scripts that opens without a network."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout.ranking.sentences import say_figure
from archscout.ranking.words import figure_words, tau_words
from archscout.reports.embedding import fact_text, picture
from archscout.reports.ranking_plot import calibration_figure, tau_figure
from archscout.saying import say_p

if TYPE_CHECKING:
    from archscout.ranking.result import Ranking

_PAGE = Path(__file__).parent / "page"
_MEASURES = {"kendall_tau": "tau-b", "kendall_tau_top_tenth": "tau-b in the top 10 %"}


def write_ranking_page(ranking: Ranking, path: str | Path) -> Path:
    """Write the page of a finished ranking.

    Args:
        ranking: its tables, caveats and manifest.
        path: the file; its folder must exist.

    Returns:
        The file.
    """
    file = Path(path)
    file.write_text(render_ranking(ranking), encoding="utf-8", newline="\n")
    return file


def render_ranking(ranking: Ranking) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    count = len(ranking.predictors)
    headline, *others = ranking.yardsticks.targets
    page = environment.get_template("ranking.html").render(
        ranking=ranking,
        title=f"{count} {'predictor' if count == 1 else 'predictors'} on {ranking.benchmark}",
        headline=headline,
        plot=picture(tau_figure(ranking)),
        top_plot=picture(tau_figure(ranking, "kendall_tau_top_tenth")),
        calibration=picture(calibration_figure(ranking)),
        taus=tau_words(ranking, headline),
        figures=_figures(ranking, headline),
        others=[
            (target, tau_words(ranking, target), _figures(ranking, target)) for target in others
        ],
        tests=_tests(ranking),
        manifest=[(name, fact_text(fact)) for name, fact in ranking.manifest.items()],
        style=Markup((_PAGE / "style.css").read_text("utf-8")),
    )
    # Messages of errors may hold halves of characters, which no file can hold.
    return page.encode("utf-8", "replace").decode("utf-8")


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
