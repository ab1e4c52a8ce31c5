"""The plots of a search without labels: angle against its nulls, and against trained accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from archscout.random_label_search.agreement import ANGLE
from archscout.random_label_search.sentences import say_tau

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from archscout.random_label_search.result import UnlabeledResult

_DOT, _BEST, _INK = "#4878a8", "#d1495b", "#333333"
_MOST_DOTS = 4000


def nulls_figure(result: UnlabeledResult) -> Figure:
    """Draw each null against the angle, a dot an architecture, the angle's best of them in red.

    Returns:
        A matplotlib figure that belongs to no window. Of more than 4,000 architectures an even
        draw is shown.
    """
    from matplotlib.figure import Figure

    columns = dict(result.scores.columns)
    angle = columns.pop(ANGLE)
    taus = {row["way"]: row["tau"] for row in result.scores.agreement()}
    shown = np.arange(len(angle))
    if len(shown) > _MOST_DOTS:
        shown = np.random.default_rng(0).choice(shown, _MOST_DOTS, replace=False)
    best = int(np.argmax(angle))
    across = min(3, max(1, len(columns)))
    down = -(-max(1, len(columns)) // across)
    drawn = Figure(figsize=(3.4 * across, 3.1 * down), dpi=150, layout="constrained")
    grid = drawn.subplots(down, across, squeeze=False)
    for axes in grid.flat[len(columns) :]:
        axes.set_visible(False)
    for axes, (name, values) in zip(grid.flat, columns.items(), strict=False):
        scale, unit = (1e6, " (millions)") if np.nanmax(values) > 1e5 else (1.0, "")
        axes.scatter(values[shown] / scale, angle[shown], s=4, color=_DOT, alpha=0.35, linewidth=0)
        axes.scatter(values[best] / scale, angle[best], s=34, color=_BEST, zorder=3)
        axes.set_xlabel(f"{name}{unit}", fontsize=8)
        axes.set_ylabel("angle (radians)", fontsize=8)
        axes.set_title(f"tau-b {say_tau(taus[name])}", fontsize=9, loc="left", color=_INK)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    return drawn


def trust_figure(result: UnlabeledResult) -> Figure | None:
    """Draw the accuracy of the networks trained alone over each way's score; None without any."""
    from matplotlib.figure import Figure

    trust = result.trust
    if trust is None:
        return None
    rows = trust.rows()
    across = min(3, len(rows))
    down = -(-len(rows) // across)
    drawn = Figure(figsize=(3.4 * across, 2.9 * down), dpi=150, layout="constrained")
    grid = drawn.subplots(down, across, squeeze=False)
    for axes in grid.flat[len(rows) :]:
        axes.set_visible(False)
    for axes, row in zip(grid.flat, rows, strict=False):
        values = np.asarray(trust.scores[row["way"]], dtype=np.float64)
        scale, unit = (1e6, " (millions)") if np.nanmax(values) > 1e5 else (1.0, "")
        axes.scatter(values / scale, trust.accuracies, s=28, color=_DOT)
        axes.set_xlabel(f"{row['way']}{unit}", fontsize=8)
        axes.set_ylabel("accuracy alone (percent)", fontsize=8)
        said = f"tau-b {say_tau(row['tau'])} [{say_tau(row['low'])}, {say_tau(row['high'])}]"
        axes.set_title(said, fontsize=9, loc="left", color=_INK)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    return drawn
