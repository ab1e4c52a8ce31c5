"""A finished ranking: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from archscout._common.reading import numbers
from archscout._common.saying import count, say_figure
from archscout.results._experiment import ExperimentResult
from archscout.results._rank_yardsticks import RankYardsticks

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Ranking(ExperimentResult):
    """Predictors side by side on one table.

    Args:
        predictors: their names in this ranking, in the order in which they were asked for.
        label_counts: ascending.
        rows: one row a fit (`archscout.experiments.ranking._tables.rows_table`).
        yardsticks: facts of the table.
    """

    FILES: ClassVar = ("rows.csv", "summary.csv", "tests.csv", "ranking.json")
    KIND: ClassVar = "a ranking"
    CAVEATS: ClassVar = ("protocol_words", "warnings")

    predictors: list[str]
    label_counts: list[int]
    rows: pd.DataFrame = field(repr=False)
    yardsticks: RankYardsticks = field(repr=False)

    @property
    def rows_table(self) -> pd.DataFrame:
        """The table of fits."""
        return self.rows

    @property
    def caveats(self) -> dict[str, str]:
        """What stands on each row of the tables: what was scored, and what limits it."""
        return {"protocol_words": self.protocol, **super().caveats}

    @property
    def protocol(self) -> str:
        """Which protocol, what is fitted and what is scored, in a sentence without a full stop."""
        return say_protocol(self.yardsticks)

    @property
    def leaders(self) -> list[str]:
        """One sentence a number of labels: who has the highest mean tau-b."""
        return say_leaders(self.summary, self.label_counts, self.yardsticks)

    @property
    def findings(self) -> list[str]:
        """The leaders, then how each predictor's tau-b at the most labels stands to the baseline's.

        All other tests are in `tests`.
        """
        tests = self.tests
        last = (tests.labels == self.label_counts[-1]) & (tests.measure == "kendall_tau")
        return self.leaders + [str(sentence) for sentence in tests.sentence[last]]

    @property
    def question(self) -> dict[str, Any]:
        """What was ranked on how many labels and which seeds, for the record."""
        return {
            "protocol": self.yardsticks.protocol,
            "protocol_words": self.protocol,
            "labels": self.label_counts,
            "seeds": self.seeds,
            "predictors": self.predictors,
        }

    @staticmethod
    def _own(data: Mapping[str, Any], rows: pd.DataFrame, summary: pd.DataFrame) -> dict[str, Any]:
        return {
            "summary": summary.astype(dict.fromkeys(("seeds", "failed", "unlabeled"), "Int64")),
            "predictors": [str(name) for name in data["predictors"]],
            "label_counts": [int(labels) for labels in data["labels"]],
            "rows": rows.astype({"unlabeled": "Int64"}),
            "yardsticks": RankYardsticks(**numbers(data["yardsticks"])),
        }


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
