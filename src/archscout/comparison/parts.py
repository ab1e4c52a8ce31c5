"""The folder of a comparison: finished searches are kept, so that a killed one goes on.

``plan.json`` says whose folder it is. ``parts/`` holds two files a finished search: a CSV of its
labels and, written last, a JSON with the fingerprint of that CSV.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from archscout.comparison.jobs import RunRecord, SearchJob
from archscout.errors import StorageError
from archscout.plain import plain, write_json

logger = logging.getLogger(__name__)

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
        self.path = Path(path)
        self.parts = self.path / "parts"
        wanted = plain(plan)
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            found = self._read_plan()
            if found is None:
                write_json(self.path / "plan.json", wanted)
            elif found != wanted:
                different = [
                    f"{key} {found.get(key)!r} there, {wanted.get(key)!r} here"
                    for key in sorted({*found, *wanted})
                    if found.get(key) != wanted.get(key)
                ]
                raise StorageError(
                    f"folder {str(self.path)!r} holds another comparison "
                    f"({'; '.join(different)}): name another folder, or repeat that one"
                )
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _read_plan(self) -> dict[str, Any] | None:
        file = self.path / "plan.json"
        if not file.exists():
            foreign = [name for name in _RESULTS if (self.path / name).exists()]
            if foreign:
                raise StorageError(
                    f"folder {str(self.path)!r} holds {foreign[0]} but no plan.json, so it is not "
                    "known what made it: name another folder"
                )
            return None
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise StorageError(
                f"{str(file)!r} is damaged, so it is not known whose folder it is: name another "
                "folder, or delete this one"
            )
        return found

    def load(self, job: SearchJob) -> RunRecord | None:
        """The finished search of a job; None if it has to be run.

        Raises:
            StorageError: if the part was made by other settings under the same name.
        """
        table, record = self._files(job)
        if not record.exists():
            return None
        try:
            facts = json.loads(record.read_text(encoding="utf-8"))
            text = table.read_text(encoding="utf-8")
            if facts["sha256"] != _digest(text):
                raise ValueError("the table differs from its fingerprint")
            made_by = {key: facts[key] for key in _identity(job)}
            loaded = _parse(text, facts)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("part %s cannot be used and is run again: %s", record.name, error)
            return None
        if made_by != _identity(job):
            raise StorageError(
                f"folder {str(self.path)!r} holds {job.label!r} as strategy "
                f"{made_by['registered']!r} with settings {made_by['settings']}, asked was "
                f"{job.strategy!r} with {plain(job.settings)}: name another folder"
            )
        return loaded

    def store(self, job: SearchJob, run: RunRecord) -> None:
        """Keep a finished search.

        Raises:
            StorageError: if it cannot be written.
        """
        table, record = self._files(job)
        text = _text(run)
        facts = {
            **_identity(job),
            "wall_seconds": run.wall_seconds,
            "requests": run.requests,
            "repeats": run.repeats,
            "stopped": run.stopped,
            "sha256": _digest(text),
        }
        try:
            table.write_text(text, encoding="utf-8")
            write_json(record, plain(facts))
        except OSError as error:
            raise cannot_write(self.path, error) from None

    def _files(self, job: SearchJob) -> tuple[Path, Path]:
        stem = f"{quote(job.label, safe=' ')}.seed{job.seed}"
        return self.parts / f"{stem}.csv", self.parts / f"{stem}.json"


def cannot_write(path: Path, error: OSError) -> StorageError:
    """The error for a folder that the system does not let us use."""
    return StorageError(
        f"cannot use the folder {str(path)!r} ({error.strerror or error}): name another one"
    )


def _identity(job: SearchJob) -> dict[str, Any]:
    return {
        "strategy": job.label,
        "registered": job.strategy,
        "settings": plain(job.settings),
        "seed": job.seed,
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows], dtype=np.float64)
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
