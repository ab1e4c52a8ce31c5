"""The finished rows of a ranking, kept in its folder and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archscout._common.plain import plain
from archscout._common.run_folder import RunFolder
from archscout.errors import StorageError
from archscout.experiments.ranking.jobs import RankJob, RowRecord
from archscout.plugins import describe

_RESULTS = ("rows.csv", "summary.csv", "tests.csv", "ranking.json")


class RowFolder:
    """Keeps finished rows of one ranking, which is told by its plan.

    Args:
        path: the folder; made if it is missing.
        plan: plain values that every row depends on: table, protocol, versions.

    Raises:
        StorageError: if it belongs to another ranking or cannot be written.
    """

    def __init__(self, path: str | Path, plan: Mapping[str, Any]) -> None:
        self._folder = RunFolder(path, plan, "ranking", _RESULTS)
        self.path = self._folder.path

    def load(self, job: RankJob) -> RowRecord | None:
        """The finished row of a job; None if it has to be run.

        Raises:
            StorageError: if it was made by another predictor under the same name.
        """
        found = self._folder.read(_stem(job))
        if found is None:
            return None
        facts, _ = found
        identity = _identity(job)
        try:
            made_by = {key: facts[key] for key in identity}
            row = RowRecord(
                unlabelled=int(facts["given"]),
                figures={
                    str(name): math.nan if figure is None else float(figure)
                    for name, figure in facts["figures"].items()
                },
                seconds_to_fit=float(facts["seconds_to_fit"]),
                seconds_to_predict=float(facts["seconds_to_predict"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._folder.discard(_stem(job), error)
            return None
        if made_by != identity:
            different = ", ".join(
                f"{key} {made_by[key]!r} there and {identity[key]!r} here"
                for key in identity
                if made_by[key] != identity[key]
            )
            raise StorageError(
                f"folder {str(self.path)!r} holds {job.candidate.label!r} with {different}: name "
                "another folder"
            )
        return row

    def store(self, job: RankJob, row: RowRecord) -> None:
        """Keep a finished row.

        Raises:
            StorageError: if it cannot be written.
        """
        facts = {
            **_identity(job),
            "given": row.unlabelled,
            "figures": row.figures,
            "seconds_to_fit": row.seconds_to_fit,
            "seconds_to_predict": row.seconds_to_predict,
        }
        self._folder.write(_stem(job), facts)


def _stem(job: RankJob) -> str:
    return f"{job.candidate.label}.{job.labels}labels.seed{job.seed}"


def _identity(job: RankJob) -> dict[str, Any]:
    candidate = job.candidate
    return {
        "name": candidate.label,
        "predictor": describe(candidate.predictor, code=True),
        "unlabelled": "all" if candidate.unlabelled is None else candidate.unlabelled,
        "settings": plain(candidate.settings),
        "labels": job.labels,
        "seed": job.seed,
    }
