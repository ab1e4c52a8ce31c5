"""The plots of a ranking: figures over the number of labels, and stated against observed coverage.

Colours and styles of a predictor are the same in both; the baseline is black.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from archscout.comparison.seeds import ENOUGH_SEEDS
from archscout.ranking.figures import LEVELS
from archscout.reports.lines import GREY, WARNING, line_looks, name_lines

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from archscout.ranking.result import Ranking

_NAMES = {
    "kendall_tau": "Kendall's tau-b",
    "kendall_tau_top_tenth": "Kendall's tau-b inside the top 10 %",
}
_MOST_PANELS = 4
_INK = "#333333"


def tau_figure(ranking: Ranking, figure: str = "kendall_tau", target: str = "") -> Figure:
    """Draw the mean of a figure over the number of labels, with its interval and yardsticks.

    Args:
        ranking: a finished ranking.
        figure: ``"kendall_tau"`` or ``"kendall_tau_top_tenth"``.
        target: ``"test"`` or ``"validation"``; empty takes the headline one.

    Returns:
        A matplotlib figure, 9 by 5 inches, that belongs to no window. The noise ceiling is drawn
        where it is known: for tau-b over all.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator

    target = target or ranking.yardsticks.headline
    column = f"{target}_{figure}"
    drawn = Figure(figsize=(9, 5), dpi=150)
    axes = drawn.add_axes((0.085, 0.115, 0.665, 0.70))
    axes.set_xscale("log")
    counts = ranking.label_counts
    room = (counts[-1] / counts[0]) ** 0.03 if len(counts) > 1 else 1.5
    axes.set_xlim(counts[0] / room, counts[-1] * room)
    ends: list[tuple[float, str, str]] = []
    for name, colour, style in line_looks(ranking.predictors, ranking.baseline):
        rows = _of(ranking, name).dropna(subset=column)
        if rows.empty:
            continue
        x, mean = rows.labels.to_numpy(dtype=float), rows[column].to_numpy()
        low, high = rows[f"{column}_low"].to_numpy(), rows[f"{column}_high"].to_numpy()
        axes.plot(x, mean, color=colour, linestyle=style, linewidth=1.9, marker="o", markersize=3.5)
        if not np.isnan(low).all():
            if len(x) > 1:
                axes.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
            axes.vlines(x, low, high, color=colour, linewidth=1.2, alpha=0.8)
        said = f"{name} (baseline)" if name == ranking.baseline else name
        ends.append((float(mean[-1]), said, colour))
    ends += _level_lines(axes, ranking, column, target if figure == "kendall_tau" else "")
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - 0.02, min(top + 0.02, 1.02))
    axes.xaxis.set_major_locator(FixedLocator([float(n) for n in counts]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("labels (logarithmic)")
    axes.set_ylabel(f"{_NAMES[figure]}, {target} values")
    axes.grid(which="major", color="#000000", alpha=0.08, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    name_lines(axes, ends)
    band = "; bands are 95 % bootstrap intervals"
    _title(
        drawn, ranking, f"{_NAMES[figure]} against {ranking.yardsticks.mean}{target} values", band
    )
    return drawn


def calibration_figure(ranking: Ranking) -> Figure:
    """Draw the observed against the stated coverage of intervals, a panel a number of labels.

    Args:
        ranking: a finished ranking; of more than four numbers of labels four are shown.

    Returns:
        A matplotlib figure. A line on the diagonal is calibrated; below it the predictor is too
        sure, above it too modest. A predictor that states no spread has no line.
    """
    from matplotlib.figure import Figure

    counts = _shown(ranking.label_counts)
    drawn = Figure(figsize=(9, 3.9 if len(counts) > 2 else 4.9), dpi=150)
    columns = [f"coverage_{level}" for level in LEVELS]
    stated = np.array(LEVELS, dtype=float)
    panels = drawn.subplots(1, len(counts), sharey=True, squeeze=False)[0]
    height = drawn.get_figheight()
    bottom, top = 0.95 / height, 1 - 1.15 / height
    drawn.subplots_adjust(left=0.085, right=0.985, bottom=bottom, top=top, wspace=0.1)
    handles: dict[str, Any] = {}
    for axes, labels in zip(panels, counts, strict=True):
        axes.plot([0, 100], [0, 100], color=GREY, linewidth=1.0, linestyle=(0, (1, 1.5)))
        for name, colour, style in line_looks(ranking.predictors, ranking.baseline):
            row = _of(ranking, name).query(f"labels == {labels}")
            observed = 100 * row[columns].to_numpy(dtype=float).ravel()
            if len(observed) and not np.isnan(observed).all():
                (handles[name],) = axes.plot(
                    stated, observed, color=colour, linestyle=style, linewidth=1.7
                )
        axes.set_title(f"{labels:,} labels", fontsize=10)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        # A mark at 0 or 100 would run into that of the panel beside it.
        axes.set_xticks([25, 50, 75])
        axes.set_xlabel("stated (%)")
        axes.grid(color="#000000", alpha=0.08, linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("observed (%)")
    if handles:
        drawn.legend(
            list(handles.values()),
            list(handles),
            loc="lower center",
            ncols=min(6, len(handles)),
            fontsize=9,
            frameon=False,
        )
    else:
        drawn.text(0.5, 0.5, "no predictor states a spread", ha="center", color=WARNING)
    _title(drawn, ranking, "Values inside the intervals that a predictor states")
    return drawn


def write_tau_plot(ranking: Ranking, path: str | Path) -> Path:
    """Write `tau_figure` as a PNG file and return it; its folder must exist."""
    return _write(tau_figure(ranking), path)


def write_calibration_plot(ranking: Ranking, path: str | Path) -> Path:
    """Write `calibration_figure` as a PNG file and return it; its folder must exist."""
    return _write(calibration_figure(ranking), path)


def _write(figure: Figure, path: str | Path) -> Path:
    file = Path(path)
    facts = {"Title": "archscout rank", "Software": "archscout"}
    figure.savefig(file, format="png", metadata=facts)
    return file


def _of(ranking: Ranking, name: str) -> pd.DataFrame:
    """Rows of the summary of one predictor, by ascending number of labels."""
    return ranking.summary[(ranking.summary.predictor == name) & (ranking.summary.labels > 0)]


def _level_lines(
    axes: Axes, ranking: Ranking, column: str, ceiling_of: str
) -> list[tuple[float, str, str]]:
    """Lines of what needs no labels, and the noise ceiling; names and heights at their ends."""
    yardsticks = ranking.yardsticks
    heights: dict[float, list[str]] = {}
    for name, figures in yardsticks.trivial.items():
        if not math.isnan(figures[column]):
            heights.setdefault(round(figures[column], 9), []).append(name)
    for value in heights:
        axes.axhline(value, color=GREY, linewidth=1.0, linestyle=(0, (5, 3)))
    ends = [
        (value, f"without labels: {', '.join(names)}", GREY) for value, names in heights.items()
    ]
    ceiling = yardsticks.ceilings.get(ceiling_of, math.nan)
    if not math.isnan(ceiling):
        axes.axhline(ceiling, color=GREY, linewidth=1.2, linestyle=(0, (1, 1.5)))
        what = "validation against test" if ceiling_of == "test" else "one run against the others"
        ends.append((ceiling, f"noise ceiling: {what}", GREY))
    return ends


def _shown(counts: list[int]) -> list[int]:
    places = np.linspace(0, len(counts) - 1, min(len(counts), _MOST_PANELS)).round().astype(int)
    return [counts[place] for place in places]


def _title(figure: Figure, ranking: Ranking, title: str, band: str = "") -> None:
    """Title, what was measured, and over how many seeds; in inches from the upper edge."""
    yardsticks, height = ranking.yardsticks, figure.get_figheight()
    count = len(ranking.seeds)
    few = count < ENOUGH_SEEDS
    protocol = f"protocol {yardsticks.protocol.upper()}, fitted on {yardsticks.label_words}"
    measured = f"{ranking.benchmark}; {protocol}"
    seeds = f"mean of {'only ' if few else ''}{count} {'seed' if count == 1 else 'seeds'}"
    seeds += band if count > 1 else ""
    heights = [1 - inches / height for inches in (0.36, 0.58, 0.78)]
    figure.text(0.085, heights[0], title, fontsize=12, fontweight="bold", va="bottom")
    figure.text(0.085, heights[1], measured, fontsize=9, color=_INK, va="bottom")
    figure.text(0.085, heights[2], seeds, fontsize=9, color=WARNING if few else _INK, va="bottom")
