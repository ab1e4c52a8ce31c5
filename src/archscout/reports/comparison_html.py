"""The page of a comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from archscout._common.saying import count, say_number, say_p
from archscout.reports.comparison_curves import anytime_curves
from archscout.reports.comparison_words import summary_words
from archscout.reports.curves import chart_of
from archscout.reports.manifest_rows import flat_rows
from archscout.reports.pages import render_page

if TYPE_CHECKING:
    from archscout.results.comparison import Comparison


def render_comparison(comparison: Comparison) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    header, rows = summary_words(comparison)
    strategies = count(len(comparison.strategies), "strategy", "strategies")
    return render_page(
        "comparison.html",
        {"curves": chart_of(anytime_curves(comparison))},
        comparison=comparison,
        title=f"{strategies} on {comparison.benchmark}",
        alt=f"Mean {comparison.yardsticks.headline} against labels bought, a line a strategy; "
        "the tables below hold the numbers.",
        yardstick_words=_yardstick_words(comparison),
        header=header,
        rows=rows,
        tests=_tests(comparison),
        manifest=flat_rows(comparison.manifest),
    )


def _yardstick_words(comparison: Comparison) -> str:
    facts, points = comparison.yardsticks, comparison.yardsticks.points
    measure = facts.headline
    words = [
        f"A search that bought all {facts.rows:,} architectures once and kept the best value would "
        f"be left with {say_number(facts.of('bought_out', measure), points)} {points} of {measure}."
    ]
    if not math.isnan(facts.run_std):
        words.append(
            f"One training run has a standard deviation of {say_number(facts.run_std, points)} "
            f"{points} (median over architectures, validation values), and two runs of all "
            f"architectures order them with Kendall's tau {facts.run_tau:.3f}: this is what a "
            "second training would score."
        )
    for trivial in facts.trivial:
        value = trivial.test_regret if measure == "test regret" else trivial.validation_regret
        words.append(
            f"The architecture with the largest {trivial.name}, bought with one label, has "
            f"{say_number(value, points)}."
        )
    return " ".join(words)


def _tests(comparison: Comparison) -> list[dict[str, Any]]:
    points = comparison.yardsticks.points
    rows: list[dict[str, Any]] = []
    for row in comparison.tests.to_dict("records"):
        to_top = row["measure"] == "labels to top 1"
        numbers = [row["mean_difference"], row["low"], row["high"]]
        texts = [say_number(number, "labels" if to_top else points) for number in numbers]
        interval = "" if math.isnan(row["low"]) else f" [{texts[1]}, {texts[2]}]"
        rows.append(
            {
                **{str(key): fact for key, fact in row.items()},
                "ahead": f"{texts[0]}{interval} {'labels' if to_top else points}",
                "last": row["labels"] == comparison.budget,
                "p": say_p(row["p_holm"]),
                "counts": f"{row['wins']} / {row['ties']} / {row['losses']}",
            }
        )
    return rows
