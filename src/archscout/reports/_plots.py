"""The charts of a search's page.

Points far from the others are drawn on the border of a chart, with their value in the hover
text, so that one failed training does not flatten the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout.objectives._label import Label
from archscout.reports._charts import (
    BLUE,
    BROWN,
    DASHED,
    DOTTED,
    GREEN,
    GREY,
    ORANGE,
    VIOLET,
    Chart,
)
from archscout.reports._facts import by_origin, predicted_labels, view
from archscout.reports._words import difference, finite, value

if TYPE_CHECKING:
    from archscout.results.search import SearchResult

_LOOKS = ((BLUE, "circle"), (GREEN, "diamond"), (VIOLET, "square"), (BROWN, "pentagon"))


def anytime_chart(result: SearchResult) -> Chart | None:
    """Chart every label in buying order, and the best value so far; None if none succeeded."""
    good = [label for label in result.labels if not label.failed]
    if not good:
        return None
    values = np.array([label.value for label in result.labels], dtype=np.float64)
    low, high = view(values, result.direction)
    across = (-0.015 * len(values) - 1, 1.015 * len(values))
    chart = Chart(
        "label, numbered from 0 in buying order",
        _titled("value", result.unit),
        x_range=across,
        y_range=(low, high),
    )
    shown = [label for label in good if low <= label.value <= high]
    for (name, labels), look in zip(by_origin(shown).items(), _LOOKS, strict=False):
        _add_labels(chart, labels, result, (low, high), (name[:40] or "label", *look))
    beyond = [label for label in good if not low <= label.value <= high]
    if beyond:
        edge = "triangle-down-open" if result.direction == "maximize" else "triangle-up-open"
        inset = 0.02 * (high - low)
        border = (low + inset, high - inset)
        _add_labels(chart, beyond, result, border, ("off the scale", GREY, edge))
    best = np.fmax if result.direction == "maximize" else np.fmin
    so_far = best.accumulate(values)
    numbers = np.arange(len(values))
    chart.line(numbers, so_far, "best so far", ORANGE, width=2.5, shape="hv")
    failed = [label for label in result.labels if label.failed]
    if failed:
        chart.dots(
            [label.number for label in failed],
            # They have no value and stand at the foot of the chart.
            [low + 0.03 * (high - low)] * len(failed),
            "failed",
            GREY,
            symbol="x",
            hover=[
                f"label {label.number} failed\n{_text(result, label)}\n{label.error[:120]}"
                for label in failed
            ],
        )
    return chart


def prediction_chart(result: SearchResult) -> Chart | None:
    """Chart measured values over predicted ones, with the identity and the training noise.

    None if no measured label was predicted beforehand.
    """
    labels = predicted_labels(result)
    if not labels:
        return None
    predicted = np.array([label.info["predicted"] for label in labels], dtype=np.float64)
    measured = np.array([label.value for label in labels], dtype=np.float64)
    low, high = ends = view(np.concatenate([predicted, measured]), result.direction)
    chart = Chart(
        _titled("predicted before it was bought", result.unit),
        _titled("measured", result.unit),
        x_range=ends,
        y_range=ends,
        height=440,
    )
    noise = finite(result.noise.get("run_std"))
    if noise:
        name = f"± {difference(noise, result.unit)}: one training"
        border = np.array(ends)
        chart.band(border, border - noise, border + noise, name, f"{GREY}/0.28")
        chart.explain(name, GREY)
    chart.line(ends, ends, "measured as predicted", GREY, dash=DASHED)
    chart.dots(
        np.clip(predicted, low, high),
        np.clip(measured, low, high),
        "label",
        BLUE,
        size=8,
        hover=[
            f"label {label.number}: measured {value(label.value, result.unit)}, predicted "
            f"{value(finite(label.info['predicted']), result.unit)}\n{_text(result, label)}"
            for label in labels
        ],
        **_round_colours(labels),
    )
    return chart


def audit_chart(audit: Sequence[Mapping[str, Any]], noise: Mapping[str, Any]) -> Chart | None:
    """Chart the held-out rank correlation before and after pseudo-labels, round by round.

    None if no round measured it. The noise ceiling is drawn where it is known.
    """
    rows = [
        (index, finite(row.get("tau_before")), finite(row.get("tau_after")))
        for index, row in enumerate(audit)
    ]
    rows = [row for row in rows if row[1:] != (None, None)]
    if not rows:
        return None
    names = [str(row.get("round", index + 1)) for index, row in enumerate(audit)]
    ends = (rows[0][0] - 0.5, rows[-1][0] + 0.5)
    shown = [row[0] for row in rows][:: max(1, len(rows) // 12)]
    chart = Chart(
        "round",
        "held-out Kendall tau-b",
        x_range=ends,
        x_ticks=[(place, names[place]) for place in shown],
        height=300,
    )
    chart.line(
        [x for index, _, _ in rows for x in (index, index, None)],
        [y for _, before, after in rows for y in (before, after, None)],
        "",
        GREY,
    )
    kinds = ((1, "before pseudo-labels", GREY, "circle-open"), (2, "after", BLUE, "circle"))
    for place, name, colour, symbol in kinds:
        taus = [row[place] for row in rows]
        said = [f"{name}: {tau:.3f}" if tau is not None else "" for tau in taus]
        indices = [row[0] for row in rows]
        chart.dots(
            indices, taus, name, colour, symbol=symbol, hover=said, size=10, line={"width": 2}
        )
    ceiling = finite(noise.get("kendall_tau"))
    if ceiling is not None:
        name = f"two trainings of the same cells: {ceiling:.2f}"
        chart.line(ends, [ceiling, ceiling], name, ORANGE, dash=DOTTED)
    return chart


def _add_labels(
    chart: Chart,
    labels: list[Label],
    result: SearchResult,
    ends: tuple[float, float],
    look: tuple[str, str, str],
) -> None:
    name, colour, symbol = look
    chart.dots(
        [label.number for label in labels],
        np.clip([label.value for label in labels], *ends),
        name,
        colour,
        symbol=symbol,
        size=7 if len(result.labels) <= 500 else 4,
        hover=[
            f"label {label.number}: {value(label.value, result.unit)}\n{_text(result, label)}"
            for label in labels
        ],
    )


def _round_colours(labels: list[Label]) -> dict[str, Any]:
    rounds = [finite(label.info.get("round")) for label in labels]
    known = [number for number in rounds if number is not None]
    if len(known) < len(rounds) or len(set(known)) < 2:
        return {}
    return {
        "color": rounds,
        "colorscale": [[0, ORANGE], [1, BLUE]],
        "colorbar": {
            "title": {"text": "round"},
            "thickness": 10,
            "outlinewidth": 0,
            "dtick": max(1, round((max(known) - min(known)) / 6)),
        },
    }


def _text(result: SearchResult, label: Label) -> str:
    return result.space.format(label.architecture)


def _titled(words: str, unit: str) -> str:
    sign = "%" if unit == "percent" else unit
    return f"{words} ({sign})" if sign else words
