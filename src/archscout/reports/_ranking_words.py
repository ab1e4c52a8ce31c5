"""The tables of a ranking as texts, for the terminal and the page."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from archscout._common.saying import count, say_figure, say_interval, say_number
from archscout.results._rank_yardsticks import CEILING, FIGURES

if TYPE_CHECKING:
    from archscout.results._ranking import Ranking

Row = Mapping[Hashable, Any]


def tau_words(ranking: Ranking, target: str) -> tuple[list[str], list[list[str]]]:
    """Mean tau-b with its interval: a row a predictor, a column a number of labels.

    What needs no label has the same text in every column.
    """
    column = f"{target}_kendall_tau"
    counts = ranking.label_counts
    by_key = {(row["predictor"], row["labels"]): row for row in ranking.summary.to_dict("records")}
    rows = [
        [name, *(_interval(by_key[name, labels], column) for labels in counts)]
        for name in ranking.predictors
    ]
    rows += [
        [said, *[say_figure(by_key[name, 0][column])] * len(counts)]
        for name, said in (
            *((name, f"{name} (no labels)") for name in ranking.yardsticks.trivial),
            (CEILING, CEILING),
        )
    ]
    return ["predictor", *(count(labels, "label") for labels in counts)], rows


def figure_words(ranking: Ranking, target: str, labels: int) -> tuple[list[str], list[list[str]]]:
    """The head and rows of all figures at one number of labels: a row a predictor."""
    points = ranking.yardsticks.points
    header = [
        "predictor",
        *(f"{words} ({points})" if name == "regret" else words for name, words in FIGURES.items()),
        "coverage of 90 % intervals",
        "fit, predict (s)",
        "seeds",
    ]
    rows = []
    for row in ranking.summary.to_dict("records"):
        fitted = row["labels"] == labels
        if not fitted and row["predictor"] not in ranking.yardsticks.trivial:
            continue
        words = [str(row["predictor"])]
        for name in FIGURES:
            value = row[f"{target}_{name}"]
            if name == "regret":
                words.append("–" if math.isnan(value) else say_number(value, points))
            else:
                words.append(say_figure(value))
        words += [say_figure(row["coverage_90"]) if fitted else "–"]
        words += [_seconds(row) if fitted else "–", _seeds(row) if fitted else "no label"]
        rows.append(words)
    return header, rows


def _interval(row: Row, column: str) -> str:
    return say_interval((row[column + end] for end in ("", "_low", "_high")), say_figure)


def _seconds(row: Row) -> str:
    fit, predict = row["seconds_to_fit"], row["seconds_to_predict"]
    return "–" if math.isnan(fit) else f"{fit:.2f}, {predict:.2f}"


def _seeds(row: Row) -> str:
    failed = f" ({row['failed']} failed)" if row["failed"] else ""
    return f"{row['seeds']}{failed}"
