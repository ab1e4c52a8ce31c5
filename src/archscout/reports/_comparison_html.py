"""The page of a comparison."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from archscout._common.saying import count, say_number
from archscout.reports._comparison_curves import anytime_curves
from archscout.reports._comparison_words import summary_words
from archscout.reports._curves import chart_of
from archscout.reports._pages import Page
from archscout.reports._paired_tests import Row, add_head, add_manifest, add_tests

if TYPE_CHECKING:
    from archscout.results.comparison import Comparison


def render_comparison(comparison: Comparison) -> str:
    """Make the page as text; everything that came from a run is escaped."""
    strategies = count(len(comparison.strategies), "strategy", "strategies")
    page = Page("compare", f"{strategies} on {comparison.benchmark}")
    parts, points = page.parts, comparison.yardsticks.points
    add_head(page, comparison)
    page.section(
        "Regret against labels",
        page.figure(
            "curves",
            f"Mean {comparison.yardsticks.headline} against labels bought, a line a strategy; the "
            "tables below hold the numbers.",
            chart_of(anytime_curves(comparison)),
        ),
        parts.small(
            "Lines are means over seeds, bands their 95 % bootstrap intervals. "
            + _yardstick_words(comparison)
        ),
    )
    page.section(
        f"After {count(comparison.budget, 'label')}",
        parts.table("Strategies at the end of the budget", *summary_words(comparison)),
        parts.small(
            "In brackets: 95 % bootstrap interval. A > marks a lower bound: not every seed got "
            "there, and how many did stands behind it."
        ),
    )

    def unit(row: Row) -> str:
        return "labels" if row["measure"] == "labels to top 1" else points

    add_tests(
        page,
        comparison,
        "strategy",
        say=lambda row, number: say_number(number, unit(row)),
        unit=unit,
        last=comparison.budget,
    )
    add_manifest(page, comparison)
    return page.text()


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
