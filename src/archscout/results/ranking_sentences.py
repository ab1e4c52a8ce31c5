"""What a ranking found in plain sentences: which protocol, and who orders best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archscout._common.saying import count, say_figure
from archscout.results.rank_yardsticks import RankYardsticks

if TYPE_CHECKING:
    import pandas as pd


def say_protocol(yardsticks: RankYardsticks) -> str:
    """Which protocol it is, what is fitted and what is scored, without a full stop."""
    fitted = f"{yardsticks.label_words} of the labeled architectures"
    of = f"all {yardsticks.scored:,}"
    if yardsticks.protocol == "a":
        how = "random labels of the whole table"
        whom = f"{of} architectures of the table, labeled ones included"
    else:
        how = f"random labels of a fixed half, {yardsticks.pool:,} architectures"
        whom = f"{of} of the other half"
    parts = []
    for target in yardsticks.targets:
        few = yardsticks.rows_of(target)
        over = f" ({few:,} architectures have one)" if few < yardsticks.scored else ""
        parts.append(f"{yardsticks.mean}{target} values{over}")
    return (
        f"Protocol {yardsticks.protocol.upper()}, {how}: fitted on {fitted}, scored against "
        f"{' and, apart, '.join(parts)} of {whom}"
    )


def say_leaders(
    summary: pd.DataFrame, label_counts: Sequence[int], yardsticks: RankYardsticks
) -> list[str]:
    """For each number of labels, who has the highest mean tau-b, and what needs no label."""
    column = f"{yardsticks.headline}_kendall_tau"
    counts = {name: figures[column] for name, figures in yardsticks.trivial.items()}
    known = {name: tau for name, tau in counts.items() if not math.isnan(tau)}
    found = []
    for labels in label_counts:
        rows = summary[(summary.labels == labels) & summary[column].notna()]
        if rows.empty:
            continue
        first = rows[rows[column] == rows[column].max()]
        best, names = first.iloc[0], first.predictor.tolist()
        low, high = best[f"{column}_low"], best[f"{column}_high"]
        shown = math.isnan(low) or len(names) > 1
        interval = "" if shown else f" [{say_figure(low)}, {say_figure(high)}]"
        said = (
            f"With {count(labels, 'label')} {' and '.join(names)} "
            f"{'has' if len(names) == 1 else 'have'} the highest mean tau-b against "
            f"{yardsticks.headline} values, {say_figure(best[column])}{interval}"
        )
        if known:
            name = max(known, key=lambda one: known[one])
            said += f"; {name}, which needs no label, has {say_figure(known[name])}"
            behind = rows.predictor[rows[column] < known[name]].tolist()
            if behind:
                verb = "does" if len(behind) == 1 else "do"
                said += f", which {', '.join(behind)} {verb} not reach"
        found.append(said)
    return found
