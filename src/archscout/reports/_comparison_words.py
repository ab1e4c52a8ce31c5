"""The summary as texts, for the terminal and the page."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from archscout._common.saying import say_interval, say_number
from archscout.stats import LabelsToReach

if TYPE_CHECKING:
    from archscout.results.comparison import Comparison


def summary_words(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """The head and rows of the summary, each interval beside its number.

    A ``>`` marks a lower bound, with the number of seeds that got there.
    """
    points = comparison.yardsticks.points
    measures = ["validation regret"]
    if comparison.yardsticks.has_test:
        measures.insert(0, "test regret")
    header = [
        "strategy",
        *(f"{measure} ({points}), median" for measure in measures),
        "labels to top 10",
        "labels to top 1",
        "seconds a run",
        "seeds",
    ]
    rows = []
    for row in comparison.summary.to_dict("records"):
        words = [str(row["strategy"])]
        words += [_regret(row, measure, points) for measure in measures]
        words += [reach_words(row, mark, comparison.budget) for mark in (10, 1)]
        wall = row["wall_seconds"]
        searched = not math.isnan(wall)
        words += [
            f"{wall:.1f}" if searched else "–",
            str(row["seeds"]) if searched else "one label",
        ]
        rows.append(words)
    return header, rows


def _regret(row: dict[Any, Any], measure: str, points: str) -> str:
    key = measure.replace(" ", "_")
    ends = (row[f"{key}_{part}"] for part in ("median", "low", "high"))
    return say_interval(ends, lambda number: say_number(number, points))


def reach_words(row: Mapping[Hashable, Any], mark: int, budget: int) -> str:
    """Labels to the top ``mark`` of one row of the summary; with ``>`` where it is a bound."""
    mean, low, high, reached = (
        row[f"labels_to_top{mark}_{part}"] for part in ("mean", "low", "high", "reached")
    )
    if math.isnan(mean):
        return "–"
    return str(LabelsToReach(mean, low, high, int(reached), int(row["seeds"]), budget))
