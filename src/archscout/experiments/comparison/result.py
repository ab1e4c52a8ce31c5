"""A finished comparison: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archscout._common.own_state import own_state
from archscout._common.parts_folder import cannot_write
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.writing import write_file, write_json
from archscout.experiments.comparison.curves import Curves
from archscout.experiments.comparison.yardsticks import Yardsticks

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME, PAGE = "comparison.json", "comparison.html"


@dataclass(frozen=True)
class Comparison:
    """Strategies side by side on one table.

    Args:
        space, benchmark: names.
        budget: labels a search.
        seeds: seeds that were asked for.
        baseline: strategy that the others are tested against.
        labels: every label of every search (`labels_table`).
        summary: one row a strategy (`summary_table`).
        tests: paired tests (`tests_table`).
        warnings: what a reader must know before believing the results.
        notes: how the numbers were made.
        yardsticks: facts of the table.
        curves: matrices behind the tables.
        manifest: versions, platform, command, settings.
    """

    space: str
    benchmark: str
    budget: int
    seeds: list[int]
    baseline: str
    labels: pd.DataFrame = field(repr=False)
    summary: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)
    warnings: list[str]
    notes: list[str] = field(repr=False)
    yardsticks: Yardsticks = field(repr=False)
    curves: list[Curves] = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)

    @property
    def strategies(self) -> list[str]:
        """Names of the strategies, in the order in which they were asked for."""
        return [curve.strategy for curve in self.curves]

    @property
    def findings(self) -> list[str]:
        """One sentence a strategy: headline measure at the end of the budget."""
        last = (self.tests.labels == self.budget) & (self.tests.measure == self.yardsticks.headline)
        return [str(sentence) for sentence in self.tests.sentence[last]]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the single labels are in the CSV."""
        described = plain(
            {
                "space": self.space,
                "benchmark": self.benchmark,
                "labels": self.budget,
                "seeds": self.seeds,
                "strategies": self.strategies,
                "baseline": self.baseline,
                "warnings": self.warnings,
                "findings": self.findings,
                "summary": self.summary.to_dict("records"),
                "tests": self.tests.to_dict("records"),
                "yardsticks": self.yardsticks.to_dict(),
                "notes": self.notes,
                "manifest": self.manifest,
            }
        )
        assert isinstance(described, dict)
        return described

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write tables, record, plot and page into a folder, replacing older ones.

        Args:
            folder: made if it is missing.

        Returns:
            The folder, which now holds ``labels.csv``, ``summary.csv``, ``tests.csv``,
            ``comparison.json``, ``anytime.png`` and ``comparison.html``.

        Raises:
            StorageError: if it cannot be written.
        """
        from archscout.reports.comparison_curves import anytime_curves
        from archscout.reports.paper import write_png

        path = at_home(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
            for name, table in (
                ("labels.csv", self.labels),
                ("summary.csv", self._with_warnings(self.summary)),
                ("tests.csv", self._with_warnings(self.tests)),
            ):
                write_file(path / name, functools.partial(table.to_csv, index=False))
            write_json(path / FILE_NAME, self.to_dict())
            write_file(path / "anytime.png", functools.partial(write_png, anytime_curves(self)))
        except OSError as error:
            raise cannot_write(path, error) from None
        self.report(path / PAGE)
        return path

    def report(self, path: str | Path) -> Path:
        """Write the page: one HTML file that opens offline.

        Args:
            path: the file, or a folder that then holds ``comparison.html``; made if it is missing.

        Returns:
            The file.

        Raises:
            StorageError: if it cannot be written.
        """
        from archscout.reports.comparison_html import write_comparison_page

        path = at_home(path)
        file = path / PAGE if path.is_dir() else path
        try:
            write_comparison_page(self, file)
        except OSError as error:
            raise cannot_write(file.parent, error) from None
        return file

    def _with_warnings(self, table: pd.DataFrame) -> pd.DataFrame:
        """A CSV travels alone: each row carries what limits it."""
        return table.assign(warnings="; ".join(self.warnings))
