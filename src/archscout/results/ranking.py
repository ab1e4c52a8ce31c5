"""A finished ranking: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from archscout._common.reading import numbers
from archscout.results.experiment import ExperimentResult
from archscout.results.rank_yardsticks import RankYardsticks
from archscout.results.ranking_sentences import say_leaders, say_protocol

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Ranking(ExperimentResult):
    """Predictors side by side on one table.

    Args:
        predictors: their names in this ranking, in the order in which they were asked for.
        label_counts: ascending.
        rows: one row a fit (`archscout.experiments.ranking.tables.rows_table`).
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
            "label_counts": [int(count) for count in data["labels"]],
            "rows": rows.astype({"unlabeled": "Int64"}),
            "yardsticks": RankYardsticks(**numbers(data["yardsticks"])),
        }
