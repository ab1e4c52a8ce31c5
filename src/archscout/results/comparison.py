"""A finished comparison: its tables, its caveats, and the folder that it is saved to."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from archscout._common.own_state import own_state
from archscout._common.paths import at_home
from archscout._common.plain import plain
from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout._common.run_folder import cannot_write
from archscout._common.writing import write_file, write_json
from archscout.results.regrets import Curves, RunRecord, make_curves
from archscout.results.yardsticks import TrivialBaseline, Yardsticks

if TYPE_CHECKING:
    import pandas as pd

FILE_NAME = "comparison.json"
FILES = ("labels.csv", "summary.csv", "tests.csv", FILE_NAME)


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
        """Write tables and record into a folder, replacing older ones.

        Args:
            folder: made if it is missing.

        Returns:
            The folder, which now holds ``labels.csv``, ``summary.csv``, ``tests.csv`` and
            ``comparison.json``.

        Raises:
            StorageError: if it cannot be written.
        """
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
        except OSError as error:
            raise cannot_write(path, error) from None
        return path

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """Read what `save` wrote.

        Args:
            folder: the folder.

        Returns:
            The comparison. What single searches took is not in its curves, only in its summary.

        Raises:
            StorageError: if a file is missing or damaged.
        """
        folder = Path(folder)
        with read_back(folder / FILE_NAME, "a comparison"):
            data = read_json(folder / FILE_NAME)
            facts = numbers(data["yardsticks"])
            trivial = tuple(TrivialBaseline(**numbers(row)) for row in facts["trivial"])
            yardsticks = Yardsticks(**{**facts, "trivial": trivial})
            labels = read_table(folder / "labels.csv")
            budget = int(data["labels"])
            return cls(
                space=str(data["space"]),
                benchmark=str(data["benchmark"]),
                budget=budget,
                seeds=[int(seed) for seed in data["seeds"]],
                baseline=str(data["baseline"]),
                labels=labels,
                summary=read_table(folder / "summary.csv").drop(columns="warnings"),
                tests=read_table(folder / "tests.csv").drop(columns="warnings"),
                warnings=[str(warning) for warning in data["warnings"]],
                notes=[str(note) for note in data["notes"]],
                yardsticks=yardsticks,
                curves=[
                    _curves(labels, str(name), yardsticks, budget) for name in data["strategies"]
                ],
                manifest=dict(data["manifest"]),
            )

    def _with_warnings(self, table: pd.DataFrame) -> pd.DataFrame:
        """A CSV travels alone: each row carries what limits it."""
        return table.assign(warnings="; ".join(self.warnings))


def _curves(labels: pd.DataFrame, strategy: str, yardsticks: Yardsticks, budget: int) -> Curves:
    own = labels[labels["strategy"] == strategy]
    runs = []
    for seed, rows in own.groupby("seed"):
        columns = {
            name: rows[name].to_numpy(dtype=np.float64)
            for name in ("value", "mean_value", "test_value", "seconds")
        }
        runs.append(
            RunRecord(
                strategy=strategy,
                seed=int(str(seed)),
                architectures=rows["architecture"].astype(str).tolist(),
                values=columns["value"],
                mean_values=columns["mean_value"],
                test_values=columns["test_value"],
                seconds=columns["seconds"],
                wall_seconds=math.nan,
                requests=len(rows),
                repeats=0,
                stopped="",
            )
        )
    if not runs:
        raise ValueError(f"labels.csv holds no label of {strategy!r}")
    return make_curves(strategy, runs, yardsticks, budget)
