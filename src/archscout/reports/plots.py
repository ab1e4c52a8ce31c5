"""The charts of the page, as plotly figures.

Colours are of middle lightness, so that they show on light and dark paper alike, and are told
apart by colour-blind readers; text and grid lines get their colours from the page's style.
Points far from the others are drawn on the border of a chart, with their value in the hover
text, so that one failed training does not flatten the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout.objectives import Label
from archscout.reports.facts import by_origin, predicted_labels, view
from archscout.reports.words import difference, finite, value

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from archscout.results import SearchResult

BLUE, ORANGE, GREEN, PURPLE = "#3b7fc4", "#d9660f", "#2a9070", "#a0609f"
BROWN, GREY = "#94762c", "#7d848e"
_STYLES = ((BLUE, "circle"), (GREEN, "diamond"), (PURPLE, "square"), (BROWN, "pentagon"))


def anytime_figure(result: SearchResult) -> go.Figure | None:
    """Chart every label in buying order, and the best value so far.

    Args:
        result: a finished search.

    Returns:
        The figure, or None if no label succeeded.
    """
    good = [label for label in result.labels if not label.failed]
    if not good:
        return None
    values = np.array([label.value for label in result.labels], dtype=np.float64)
    ends = view(values, result.direction)
    figure = _figure(
        "label, numbered from 0 in buying order", f"value ({_sign(result.unit)})", ends
    )
    figure.update_xaxes(range=[-0.015 * len(values) - 1, 1.015 * len(values)])
    shown = [label for label in good if ends[0] <= label.value <= ends[1]]
    for (name, labels), style in zip(by_origin(shown).items(), _STYLES, strict=False):
        _add_labels(figure, labels, result, ends, (name or "label", *style))
    beyond = [label for label in good if not ends[0] <= label.value <= ends[1]]
    if beyond:
        edge = "triangle-down-open" if result.direction == "maximize" else "triangle-up-open"
        inset = 0.02 * (ends[1] - ends[0])
        border = (ends[0] + inset, ends[1] - inset)
        _add_labels(figure, beyond, result, border, ("off the scale", GREY, edge))
    best = np.fmax if result.direction == "maximize" else np.fmin
    figure.add_scatter(
        x=np.arange(len(values)),
        y=best.accumulate(values),
        name="best so far",
        mode="lines",
        line={"shape": "hv", "color": ORANGE, "width": 2.5},
        hoverinfo="skip",
    )
    failed = [label for label in result.labels if label.failed]
    if failed:
        _add_failed(figure, failed, result)
    return figure


def prediction_figure(result: SearchResult) -> go.Figure | None:
    """Chart measured values over predicted ones, with the identity and the training noise.

    Args:
        result: a finished search.

    Returns:
        The figure, or None if no measured label was predicted beforehand.
    """
    labels = predicted_labels(result)
    if not labels:
        return None
    predicted = np.array([label.info["predicted"] for label in labels], dtype=np.float64)
    measured = np.array([label.value for label in labels], dtype=np.float64)
    low, high = view(np.concatenate([predicted, measured]), result.direction)
    unit = _sign(result.unit)
    figure = _figure(f"predicted before it was bought ({unit})", f"measured ({unit})", (low, high))
    figure.update_layout(height=460, xaxis_range=[low, high])
    noise = finite(result.noise.get("run_std"))
    if noise:
        figure.add_scatter(
            x=[low, high, high, low],
            y=[low - noise, high - noise, high + noise, low + noise],
            fill="toself",
            fillcolor="rgba(125,132,142,.28)",
            mode="lines",
            line={"width": 0},
            name=escape(f"± {difference(noise, result.unit)}: one training"),
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[low, high],
        y=[low, high],
        mode="lines",
        name="measured as predicted",
        line={"color": GREY, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=np.clip(predicted, low, high),
        y=np.clip(measured, low, high),
        mode="markers",
        name="label",
        marker={"size": 8, "opacity": 0.85, **_round_colours(labels)},
        cliponaxis=False,
        customdata=[
            [
                label.number,
                escape(value(label.value, result.unit)),
                escape(value(finite(label.info["predicted"]), result.unit)),
                _cell(result, label),
            ]
            for label in labels
        ],
        hovertemplate="label %{customdata[0]}: measured %{customdata[1]}, predicted "
        "%{customdata[2]}<br>%{customdata[3]}<extra></extra>",
    )
    return figure


def audit_figure(audit: Sequence[Mapping[str, Any]], noise: Mapping[str, Any]) -> go.Figure | None:
    """Chart the held-out rank correlation before and after pseudo-labels, round by round.

    Args:
        audit: rows with ``round``, ``tau_before`` and ``tau_after``.
        noise: the noise ceiling; its ``kendall_tau`` is drawn where it is known.

    Returns:
        The figure, or None if no round measured a correlation.
    """
    rows = [
        (index, finite(row.get("tau_before")), finite(row.get("tau_after")))
        for index, row in enumerate(audit)
    ]
    rows = [row for row in rows if row[1:] != (None, None)]
    if not rows:
        return None
    names = [str(row.get("round", index + 1)) for index, row in enumerate(audit)]
    figure = _figure("round", "held-out Kendall tau-b", None)
    ends = [rows[0][0] - 0.5, rows[-1][0] + 0.5]
    shown = [row[0] for row in rows][:: max(1, len(rows) // 12)]
    figure.update_layout(height=300)
    figure.update_xaxes(
        range=ends, tickmode="array", tickvals=shown, ticktext=[escape(names[i]) for i in shown]
    )
    figure.add_scatter(
        x=[x for index, _, _ in rows for x in (index, index, None)],
        y=[y for _, before, after in rows for y in (before, after, None)],
        mode="lines",
        showlegend=False,
        line={"color": GREY, "width": 2},
        hoverinfo="skip",
    )
    kinds = ((1, "before pseudo-labels", GREY, "circle-open"), (2, "after", BLUE, "circle"))
    for place, name, colour, symbol in kinds:
        figure.add_scatter(
            x=[row[0] for row in rows],
            y=[row[place] for row in rows],
            mode="markers",
            name=name,
            marker={"size": 10, "color": colour, "symbol": symbol, "line": {"width": 2}},
            hovertemplate=f"{name}: %{{y:.3f}}<extra></extra>",
        )
    ceiling = finite(noise.get("kendall_tau"))
    if ceiling is not None:
        figure.add_scatter(
            x=ends,
            y=[ceiling, ceiling],
            mode="lines",
            name=f"two trainings of the same cells: {ceiling:.2f}",
            line={"color": ORANGE, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    return figure


def _add_labels(
    figure: go.Figure,
    labels: list[Label],
    result: SearchResult,
    ends: tuple[float, float],
    style: tuple[str, str, str],
) -> None:
    name, colour, symbol = style
    figure.add_scatter(
        x=[label.number for label in labels],
        y=np.clip([label.value for label in labels], *ends),
        mode="markers",
        name=escape(name[:40]),
        marker={
            "size": 7 if len(result.labels) <= 500 else 4,
            "color": colour,
            "opacity": 0.75,
            "symbol": symbol,
        },
        cliponaxis=False,
        customdata=[
            [escape(value(label.value, result.unit)), _cell(result, label)] for label in labels
        ],
        hovertemplate="label %{x}: %{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )


def _add_failed(figure: go.Figure, labels: list[Label], result: SearchResult) -> None:
    """Failed labels have no value: they stand at the foot of the chart, on an axis of their own."""
    figure.add_scatter(
        x=[label.number for label in labels],
        y=[0.03] * len(labels),
        yaxis="y2",
        mode="markers",
        name="failed",
        marker={"symbol": "x", "color": GREY, "size": 8},
        customdata=[[_cell(result, label), escape(label.error[:120])] for label in labels],
        hovertemplate="label %{x} failed<br>%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    )
    figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False})


def _round_colours(labels: list[Label]) -> dict[str, Any]:
    rounds = [finite(label.info.get("round")) for label in labels]
    known = [number for number in rounds if number is not None]
    if len(known) < len(rounds) or len(set(known)) < 2:
        return {"color": BLUE}
    return {
        "color": rounds,
        "colorscale": [[0, ORANGE], [0.5, "#a27380"], [1, BLUE]],
        "colorbar": {
            "title": {"text": "round"},
            "thickness": 10,
            "outlinewidth": 0,
            "dtick": max(1, round((max(known) - min(known)) / 6)),
        },
    }


def _figure(x_title: str, y_title: str, y_range: tuple[float, float] | None) -> go.Figure:
    import plotly.graph_objects as go

    axis = {"showline": False, "zeroline": False, "gridcolor": "#888", "automargin": True}
    return go.Figure(
        layout={
            "template": "none",
            "height": 420,
            "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, -apple-system, 'Segoe UI', sans-serif", "size": 13},
            "hoverlabel": {"bgcolor": "#23282f", "font": {"color": "#f3f5f7"}, "align": "left"},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "hovermode": "closest",
            "dragmode": False,
            "xaxis": {**axis, "title": {"text": escape(x_title)}, "showgrid": False},
            "yaxis": {**axis, "title": {"text": escape(y_title)}, "range": y_range},
        }
    )


def _cell(result: SearchResult, label: Label) -> str:
    return escape(result.space.format(label.architecture))


def _sign(unit: str) -> str:
    return "%" if unit == "percent" else unit
