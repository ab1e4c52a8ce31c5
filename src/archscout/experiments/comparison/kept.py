"""Reads a finished comparison back from its folder."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout.experiments.comparison.curves import Curves, make_curves
from archscout.experiments.comparison.jobs import RunRecord
from archscout.experiments.comparison.result import FILE_NAME, Comparison
from archscout.experiments.comparison.yardsticks import TrivialBaseline, Yardsticks

if TYPE_CHECKING:
    import pandas as pd


def read_comparison(folder: str | Path) -> Comparison:
    """Read what `Comparison.save` wrote.

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
        return Comparison(
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
            curves=[_curves(labels, str(name), yardsticks, budget) for name in data["strategies"]],
            manifest=dict(data["manifest"]),
        )


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
