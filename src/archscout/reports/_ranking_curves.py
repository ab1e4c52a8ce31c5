"""What the plots of a ranking show: figures over labels, and stated against observed coverage."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from archscout.reports._curves import Axis, Curve, Curves, Level, looks, mean_words, without_labels
from archscout.results._rank_yardsticks import LEVELS
from archscout.stats._leads import ENOUGH_SEEDS

if TYPE_CHECKING:
    import pandas as pd

    from archscout.results._ranking import Ranking

_NAMES = {
    "kendall_tau": "Kendall's tau-b",
    "kendall_tau_top_tenth": "Kendall's tau-b inside the top 10 %",
}
_MOST_PANELS = 4


def tau_curves(ranking: Ranking, figure: str = "kendall_tau", target: str = "") -> Curves:
    """Gather the mean of a figure over the number of labels, with its interval and yardsticks.

    An empty target takes the headline one. The noise ceiling is known for tau-b over all.
    """
    target = target or ranking.yardsticks.headline
    column = f"{target}_{figure}"
    counts = ranking.label_counts
    room = (counts[-1] / counts[0]) ** 0.03 if len(counts) > 1 else 1.5
    curves = []
    for name, look in looks(ranking.predictors, ranking.baseline):
        rows = _of(ranking, name).dropna(subset=column)
        if rows.empty:
            continue
        x = rows.labels.to_numpy(dtype=float)
        low, high = rows[f"{column}_low"].to_numpy(), rows[f"{column}_high"].to_numpy()
        known = ~np.isnan(low)
        said = f"{name} (baseline)" if look == 0 else name
        curves.append(
            Curve(said, look, x, rows[column].to_numpy(), x[known], low[known], high[known])
        )
    levels = _levels(ranking, column, target if figure == "kendall_tau" else "")
    drawn = [values for curve in curves for values in (curve.y, curve.low, curve.high)]
    seen = np.concatenate([[level.value for level in levels], *drawn])
    least, most = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
    margin = 0.02 + 0.05 * (most - least)
    about = _about(ranking, "; bands are 95 % bootstrap intervals")
    return Curves(
        title=f"{_NAMES[figure]} against {ranking.yardsticks.mean}{target} values",
        about=about,
        few=len(ranking.seeds) < ENOUGH_SEEDS,
        x=Axis("labels (logarithmic)", counts[0] / room, counts[-1] * room, ticks=counts, log=True),
        y=Axis(f"{_NAMES[figure]}, {target} values", least - margin, min(most + margin, 1.02)),
        curves=curves,
        levels=levels,
        dotted=True,
    )


def calibration_curves(ranking: Ranking) -> list[Curves]:
    """Gather the observed against the stated coverage of intervals, a panel a number of labels.

    Of more than four numbers of labels four are shown; who states no spread has no line.
    """
    columns = [f"coverage_{level}" for level in LEVELS]
    stated = np.array(LEVELS, dtype=float)
    diagonal = np.array([0.0, 100.0])
    panels = []
    for labels in _shown(ranking.label_counts):
        curves = [Curve("calibrated", -1, diagonal, diagonal)]
        for name, look in looks(ranking.predictors, ranking.baseline):
            row = _of(ranking, name).query(f"labels == {labels}")
            observed = 100 * row[columns].to_numpy(dtype=float).ravel()
            if len(observed) and not np.isnan(observed).all():
                curves.append(Curve(name, look, stated, observed))
        # A mark at 0 or 100 would run into that of the panel beside it.
        across = Axis("stated (%)", 0.0, 100.0, ticks=(25, 50, 75))
        panels.append(
            Curves(
                title=f"{labels:,} labels",
                about=("Values inside the intervals that a predictor states", *_about(ranking)),
                few=len(ranking.seeds) < ENOUGH_SEEDS,
                x=across,
                y=Axis("observed (%)", 0.0, 100.0),
                curves=curves,
            )
        )
    if all(len(panel.curves) == 1 for panel in panels):
        words = "no predictor states a spread"
        panels = [dataclasses.replace(panel, missing=words) for panel in panels]
    return panels


def _of(ranking: Ranking, name: str) -> pd.DataFrame:
    """Rows of the summary of one predictor, by ascending number of labels."""
    return ranking.summary[(ranking.summary.predictor == name) & (ranking.summary.labels > 0)]


def _levels(ranking: Ranking, column: str, ceiling_of: str) -> list[Level]:
    """What needs no labels, and the noise ceiling."""
    yardsticks = ranking.yardsticks
    trivial = ((name, figures[column]) for name, figures in yardsticks.trivial.items())
    levels = without_labels(trivial, "without labels:")
    ceiling = yardsticks.ceilings.get(ceiling_of, math.nan)
    if not math.isnan(ceiling):
        what = "validation against test" if ceiling_of == "test" else "one run against the others"
        levels.append(Level(f"noise ceiling: {what}", ceiling, dotted=True))
    return levels


def _shown(counts: list[int]) -> list[int]:
    places = np.linspace(0, len(counts) - 1, min(len(counts), _MOST_PANELS)).round().astype(int)
    return [counts[place] for place in places]


def _about(ranking: Ranking, band: str = "") -> tuple[str, str]:
    """What was measured, and over how many seeds."""
    yardsticks, seeds = ranking.yardsticks, len(ranking.seeds)
    protocol = f"protocol {yardsticks.protocol.upper()}, fitted on {yardsticks.label_words}"
    return (f"{ranking.benchmark}; {protocol}", mean_words(seeds, seeds, band))
