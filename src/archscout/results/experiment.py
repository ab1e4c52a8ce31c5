"""What comparisons and rankings have in common as data, and the folder that they are saved to."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.reading import read_table
from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_file, write_json

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ExperimentResult:
    """Strategies or predictors side by side on one table.

    Args:
        space, benchmark: names.
        seeds: seeds that were asked for.
        baseline: what the others are tested against.
        summary: one row for each of them.
        tests: paired tests.
        warnings: what a reader must know before believing the results.
        notes: how the numbers were made.
        manifest: versions, platform, command, settings.
    """

    FILES: ClassVar[tuple[str, ...]]
    """Files that a saved one consists of: its own table, summary, tests, and the record."""

    space: str
    benchmark: str
    seeds: list[int]
    baseline: str
    summary: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)
    warnings: list[str]
    notes: list[str] = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)

    @property
    def rows_table(self) -> pd.DataFrame:
        """The table with a row for each single measurement."""
        raise NotImplementedError

    @property
    def caveats(self) -> dict[str, str]:
        """What stands on each row of the tables: a CSV travels alone."""
        return {"warnings": "; ".join(self.warnings)}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; single measurements are in the CSV."""
        raise NotImplementedError

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write tables and record into a folder, replacing older ones.

        Args:
            folder: made if it is missing.

        Returns:
            The folder, which now holds `FILES`.

        Raises:
            StorageError: if it cannot be written.
        """
        path = at_home(folder)
        *names, record = self.FILES
        tables = (
            self.rows_table,
            self.summary.assign(**self.caveats),
            self.tests.assign(**self.caveats),
        )
        try:
            for name, table in zip(names, tables, strict=True):
                write_file(path / name, functools.partial(table.to_csv, index=False))
            write_json(path / record, self.to_dict())
        except OSError as error:
            raise cannot_write(path, error) from None
        return path

    @staticmethod
    def shared(folder: Path, data: Mapping[str, Any], *caveats: str) -> dict[str, Any]:
        """Read the arguments that all experiments share.

        Args:
            folder: the folder.
            data: its record.
            *caveats: names of the columns that `caveats` added to the tables.
        """
        summary, tests = (
            read_table(folder / name).drop(columns=list(caveats))
            for name in ("summary.csv", "tests.csv")
        )
        return {
            "space": str(data["space"]),
            "benchmark": str(data["benchmark"]),
            "seeds": [int(seed) for seed in data["seeds"]],
            "baseline": str(data["baseline"]),
            "summary": summary,
            "tests": tests,
            "warnings": [str(warning) for warning in data["warnings"]],
            "notes": [str(note) for note in data["notes"]],
            "manifest": dict(data["manifest"]),
        }
