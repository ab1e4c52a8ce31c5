"""The charts of a search without labels: angle against its nulls, and against trained accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archscout._common.saying import say_tau
from archscout.reports.charts import BLUE, ORANGE, Chart
from archscout.results.scores import ANGLE
from archscout.results.unlabeled_sentences import say_trust

if TYPE_CHECKING:
    from archscout.results.unlabeled import UnlabeledResult

MOST_DOTS = 1000  # in a chart; a phone draws several of them


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
