"""A finished ranking: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from archscout._common.plain import plain
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout.results.experiment import ExperimentResult
from archscout.results.rank_yardsticks import RankYardsticks
from archscout.results.ranking_sentences import say_leaders, say_protocol

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME = "ranking.json"


@dataclass(frozen=True, kw_only=True)
class Ranking(ExperimentResult):
    """Predictors side by side on one table.

    Args:
        predictors: their names in this ranking, in the order in which they were asked for.
        label_counts: ascending.
        rows: one row a fit (`archscout.experiments.ranking.tables.rows_table`).
        yardsticks: facts of the table.
    """

    FILES: ClassVar = ("rows.csv", "summary.csv", "tests.csv", FILE_NAME)

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

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the single rows are in the CSV."""
        described = plain(
            {
                "space": self.space,
                "benchmark": self.benchmark,
                "protocol": self.yardsticks.protocol,
                "protocol_words": self.protocol,
                "labels": self.label_counts,
                "seeds": self.seeds,
                "predictors": self.predictors,
                "baseline": self.baseline,
                "warnings": self.warnings,
                "findings": self.findings,
                "summary": _records(self.summary),
                "tests": _records(self.tests),
                "yardsticks": self.yardsticks.to_dict(),
                "notes": self.notes,
                "manifest": self.manifest,
            }
        )
        assert isinstance(described, dict)
        return described

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Args:
            folder: the folder.

        Raises:
            StorageError: if a file is missing or damaged.
        """
        folder = Path(folder)
        with read_back(folder / FILE_NAME, "a ranking"):
            data = read_json(folder / FILE_NAME)
            shared = cls.shared(folder, data, "protocol_words", "warnings")
            summary = shared["summary"].rename(columns=respelled)
            whole = dict.fromkeys(("seeds", "failed", "unlabeled"), "Int64")
            manifest = {respelled(key): item for key, item in shared["manifest"].items()}
            rows = read_table(folder / "rows.csv").rename(columns=respelled)
            return cls(
                **{**shared, "summary": summary.astype(whole), "manifest": manifest},
                predictors=[str(name) for name in data["predictors"]],
                label_counts=[int(count) for count in data["labels"]],
                rows=rows.astype({"unlabeled": "Int64"}),
                yardsticks=RankYardsticks(**numbers(data["yardsticks"])),
            )


def respelled(name: str) -> str:
    """The name of a fact as it is written now: earlier versions spelt one otherwise."""
    return "unlabeled" if name == "unlabelled" else name


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows in plain values; whole numbers that are missing become None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
