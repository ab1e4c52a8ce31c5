"""A finished ranking: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_file, write_json
from archscout.results.rank_yardsticks import RankYardsticks
from archscout.results.ranking_sentences import say_leaders, say_protocol

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME = "ranking.json"
FILES = ("rows.csv", "summary.csv", "tests.csv", FILE_NAME)
_CAVEATS = ["protocol_words", "warnings"]


@dataclass(frozen=True)
class Ranking:
    """Predictors side by side on one table.

    Args:
        space, benchmark: names.
        predictors: their names in this ranking, in the order in which they were asked for.
        label_counts: ascending.
        seeds: seeds that were asked for.
        baseline: predictor that the others are tested against.
        rows: one row a fit (`archscout.experiments.ranking.tables.rows_table`).
        summary: one row a predictor and number of labels (`summary_table`).
        tests: paired tests (`tests_table`).
        warnings: what a reader must know before believing the results.
        notes: how the numbers were made.
        yardsticks: facts of the table.
        manifest: versions, platform, command, settings.
    """

    space: str
    benchmark: str
    predictors: list[str]
    label_counts: list[int]
    seeds: list[int]
    baseline: str
    rows: pd.DataFrame = field(repr=False)
    summary: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)
    warnings: list[str]
    notes: list[str] = field(repr=False)
    yardsticks: RankYardsticks = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)

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

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write tables and record into a folder, replacing older ones.

        Args:
            folder: made if it is missing.

        Returns:
            The folder, which now holds ``rows.csv``, ``summary.csv``, ``tests.csv`` and
            ``ranking.json``.

        Raises:
            StorageError: if it cannot be written.
        """
        path = at_home(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
            for name, table in (
                ("rows.csv", self.rows),
                ("summary.csv", self._with_caveats(self.summary)),
                ("tests.csv", self._with_caveats(self.tests)),
            ):
                write_file(path / name, functools.partial(table.to_csv, index=False))
            write_json(path / FILE_NAME, self.to_dict())
        except OSError as error:
            raise cannot_write(path, error) from None
        return path

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
            rows = read_table(folder / "rows.csv").astype({"unlabelled": "Int64"})
            summary = read_table(folder / "summary.csv").drop(columns=_CAVEATS)
            return cls(
                space=str(data["space"]),
                benchmark=str(data["benchmark"]),
                predictors=[str(name) for name in data["predictors"]],
                label_counts=[int(count) for count in data["labels"]],
                seeds=[int(seed) for seed in data["seeds"]],
                baseline=str(data["baseline"]),
                rows=rows,
                summary=summary.astype(
                    {"seeds": "Int64", "failed": "Int64", "unlabelled": "Int64"}
                ),
                tests=read_table(folder / "tests.csv").drop(columns=_CAVEATS),
                warnings=[str(warning) for warning in data["warnings"]],
                notes=[str(note) for note in data["notes"]],
                yardsticks=RankYardsticks(**numbers(data["yardsticks"])),
                manifest=dict(data["manifest"]),
            )

    def _with_caveats(self, table: pd.DataFrame) -> pd.DataFrame:
        """A CSV travels alone: each row carries what was scored and what limits it."""
        return table.assign(protocol_words=self.protocol, warnings="; ".join(self.warnings))


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows in plain values; whole numbers that are missing become None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
