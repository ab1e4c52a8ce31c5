"""Reads a finished ranking back from its folder."""

from __future__ import annotations

from pathlib import Path

from archscout._common.reading import numbers, read_back, read_json, read_table
from archscout.experiments.ranking.result import FILE_NAME, Ranking
from archscout.experiments.ranking.yardsticks import RankYardsticks

_CAVEATS = ["protocol_words", "warnings"]


def read_ranking(folder: str | Path) -> Ranking:
    """Read what `Ranking.save` wrote.

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
        return Ranking(
            space=str(data["space"]),
            benchmark=str(data["benchmark"]),
            predictors=[str(name) for name in data["predictors"]],
            label_counts=[int(count) for count in data["labels"]],
            seeds=[int(seed) for seed in data["seeds"]],
            baseline=str(data["baseline"]),
            rows=rows,
            summary=summary.astype({"seeds": "Int64", "failed": "Int64", "unlabelled": "Int64"}),
            tests=read_table(folder / "tests.csv").drop(columns=_CAVEATS),
            warnings=[str(warning) for warning in data["warnings"]],
            notes=[str(note) for note in data["notes"]],
            yardsticks=RankYardsticks(**numbers(data["yardsticks"])),
            manifest=dict(data["manifest"]),
        )
