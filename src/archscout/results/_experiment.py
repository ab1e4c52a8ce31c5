"""What comparisons and rankings have in common as data, and the folder that they are saved to."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.reading import read_back, read_json, read_table
from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_file, write_json

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ExperimentResult(ABC):
    """Strategies or predictors side by side on one table.

    Args:
        space, benchmark: names.
        seeds: seeds that were asked for.
        baseline: what the others are tested against.
        summary: one row for each of them.
        tests: paired tests.
        yardsticks: facts of the table.
        warnings: what a reader must know before believing the results.
        notes: how the numbers were made.
        manifest: versions, platform, command, settings.
    """

    FILES: ClassVar[tuple[str, ...]]
    """Files that a saved one consists of: its own table, summary, tests, and the record."""
    KIND: ClassVar[str]
    """What it is, in words."""
    CAVEATS: ClassVar[tuple[str, ...]] = ("warnings",)
    """Columns that a CSV has besides those of its table."""

    space: str
    benchmark: str
    seeds: list[int]
    baseline: str
    summary: pd.DataFrame = field(repr=False)
    tests: pd.DataFrame = field(repr=False)
    yardsticks: Any = field(repr=False)
    warnings: list[str]
    notes: list[str] = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)

    @property
    @abstractmethod
    def rows_table(self) -> pd.DataFrame:
        """The table with a row for each single measurement."""

    @property
    def caveats(self) -> dict[str, str]:
        """What stands on each row of the tables: a CSV travels alone."""
        return {"warnings": "; ".join(self.warnings)}

    @property
    @abstractmethod
    def question(self) -> dict[str, Any]:
        """What was compared on how many labels and which seeds, for the record."""

    @property
    @abstractmethod
    def findings(self) -> list[str]:
        """What was found, in sentences."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; single measurements are in the CSV."""
        described: dict[str, Any] = plain(
            {
                "space": self.space,
                "benchmark": self.benchmark,
                **self.question,
                "baseline": self.baseline,
                "warnings": self.warnings,
                "findings": self.findings,
                "summary": _records(self.summary),
                "tests": _records(self.tests),
                "yardsticks": asdict(self.yardsticks),
                "notes": self.notes,
                "manifest": self.manifest,
            }
        )
        return described

    @own_state()
    def save(self, folder: str | Path) -> Path:
        """Write tables and record into a folder, made if it is missing, in place of older ones.

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

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Args:
            folder: the folder.

        Returns:
            The result. What single searches took is only in the summary of a comparison.

        Raises:
            StorageError: if a file is missing or damaged.
        """
        *tables, record = (Path(folder) / name for name in cls.FILES)
        with read_back(record, cls.KIND):
            data = read_json(record)
            rows, *others = (read_table(file).rename(columns=respelled) for file in tables)
            summary, tests = (table.drop(columns=list(cls.CAVEATS)) for table in others)
            shared = {
                "space": str(data["space"]),
                "benchmark": str(data["benchmark"]),
                "seeds": [int(seed) for seed in data["seeds"]],
                "baseline": str(data["baseline"]),
                "summary": summary,
                "tests": tests,
                "warnings": [str(warning) for warning in data["warnings"]],
                "notes": [str(note) for note in data["notes"]],
                "manifest": {respelled(key): item for key, item in data["manifest"].items()},
            }
            return cls(**{**shared, **cls._own(data, rows, summary)})

    @staticmethod
    @abstractmethod
    def _own(data: Mapping[str, Any], rows: pd.DataFrame, summary: pd.DataFrame) -> dict[str, Any]:
        """Read the arguments that only this kind of experiment has."""


def respelled(name: str) -> str:
    """The name of a fact as it is written now: earlier versions spelt one otherwise."""
    return "unlabeled" if name == "unlabelled" else name


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows in plain values; whole numbers that are missing become None."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
