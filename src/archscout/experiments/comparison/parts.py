"""The finished searches of a comparison, kept in its folder and read back."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from archscout._common.numerals import read_number
from archscout._common.plain import plain
from archscout._common.run_folder import RunFolder
from archscout.errors import StorageError
from archscout.experiments.comparison.jobs import SearchJob
from archscout.plugins import describe
from archscout.results.regrets import RunRecord

_COLUMNS = ("architecture", "value", "mean_value", "test_value", "seconds")
_RESULTS = ("labels.csv", "summary.csv", "tests.csv", "comparison.json")


class Folder:
    """Keeps finished searches of one comparison, which is told by its plan.

    Args:
        path: the folder; made if it is missing.
        plan: plain values that every part depends on: table, labels, versions.

    Raises:
        StorageError: if it belongs to another comparison or cannot be written.
    """

    def __init__(self, path: str | Path, plan: Mapping[str, Any]) -> None:
        self._folder = RunFolder(path, plan, "comparison", _RESULTS)
        self.path = self._folder.path

    def load(self, job: SearchJob) -> RunRecord | None:
        """The finished search of a job; None if it has to be run.

        Raises:
            StorageError: if the part was made by other settings under the same name.
        """
        found = self._folder.read(_stem(job))
        if found is None:
            return None
        facts, text = found
        try:
            made_by = {key: facts[key] for key in _identity(job)}
            loaded = _parse(text, facts)
        except (ValueError, KeyError, TypeError) as error:
            self._folder.discard(_stem(job), error)
            return None
        if made_by != (wanted := _identity(job)):
            raise StorageError(
                f"folder {str(self.path)!r} holds {job.label!r} as strategy "
                f"{made_by['registered']!r} with settings {made_by['settings']}, asked was "
                f"{wanted['registered']!r} with {wanted['settings']}: name another folder"
            )
        return loaded

    def store(self, job: SearchJob, run: RunRecord) -> None:
        """Keep a finished search.

        Raises:
            StorageError: if it cannot be written.
        """
        facts = {
            **_identity(job),
            "wall_seconds": run.wall_seconds,
            "requests": run.requests,
            "repeats": run.repeats,
            "stopped": run.stopped,
        }
        self._folder.write(_stem(job), facts, _text(run))


def _stem(job: SearchJob) -> str:
    return f"{job.label}.seed{job.seed}"


def _identity(job: SearchJob) -> dict[str, Any]:
    return {
        "strategy": job.label,
        "registered": describe(job.strategy, code=True),
        "settings": plain(job.settings),
        "seed": job.seed,
    }


def _text(run: RunRecord) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    numbers = zip(run.values, run.mean_values, run.test_values, run.seconds, strict=True)
    for text, row in zip(run.architectures, numbers, strict=True):
        writer.writerow([text, *(repr(float(number)) for number in row)])
    return out.getvalue()


def _parse(text: str, facts: Mapping[str, Any]) -> RunRecord:
    header, *rows = csv.reader(io.StringIO(text))
    if tuple(header) != _COLUMNS:
        raise ValueError(f"unknown columns {header}")
    numbers = np.array([list(map(_number, row[1:])) for row in rows], dtype=np.float64)
    values, means, tests, seconds = numbers.reshape(len(rows), len(_COLUMNS) - 1).T
    return RunRecord(
        strategy=facts["strategy"],
        seed=facts["seed"],
        architectures=[row[0] for row in rows],
        values=values,
        mean_values=means,
        test_values=tests,
        seconds=seconds,
        wall_seconds=float(facts["wall_seconds"]),
        requests=int(facts["requests"]),
        repeats=int(facts["repeats"]),
        stopped=str(facts["stopped"]),
    )


def _number(cell: str) -> float:
    return math.nan if cell == "nan" else read_number(cell)
