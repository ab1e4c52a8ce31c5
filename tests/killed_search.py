"""Run by test_study.py in a process of its own: searches that are killed and started again.

Arguments: a folder, a strategy and its settings as JSON, and the kind of storage. Prints, as
JSON, the labels of a search that nobody interrupts, those of one that was killed again and
again with SIGKILL, how many labels each kill found recorded, and what a second search at the
same time was told.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from archscout.errors import StorageError
from archscout.spaces.base import Architecture
from archscout.study._loop import search
from archscout.study.record._storage import StudyRecord, open_record
from archscout.testing._toy import ToySpace
from dying import die, die_at, die_within_write, in_child

# Each child buys what it finds missing, so that every count starts anew. A write of the journal
# is a label, but for the few lines that make the study.
JOURNAL_MOMENTS: list[Callable[[], None]] = [
    lambda: die_within_write(1),  # the line that makes the study
    lambda: die_within_write(2),
    lambda: die_at(os, "fsync", 5),
    lambda: die_at(StudyRecord, "add", 3),
    lambda: die_at(StudyRecord, "add", 2, after=True),
    lambda: die_within_write(8),
    lambda: die_at(os, "fsync", 9, after=True),
]


def die_at_statement(number: int) -> None:
    """Let this process die before the n-th statement that a database is given."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            die()

    event.listen(Engine, "before_cursor_execute", counted)


# While the tables are made, while the study is opened, and in the middle of labels.
SQLITE_MOMENTS = [lambda n=n: die_at_statement(n) for n in (3, 40, 60, 120, 200)]


def total(arch: Architecture) -> float:
    if arch.choices[2] == 4:
        raise RuntimeError("this one never trains")
    return float(np.dot(arch.choices, [1.0, 0.3, 0.1, 0.7]))


def run(
    strategy: str,
    settings: dict[str, Any],
    storage: str | None,
    objective: Callable[[Architecture], float] = total,
) -> list[dict[str, Any]]:
    labels = 10 if storage and "://" in storage else 40  # a database takes its time
    result = search(
        ToySpace(),
        objective,
        strategy,
        labels=labels,
        seed=3,
        storage=storage,
        settings=settings,
        keep_going=True,
    )
    rows = [label.to_dict(result.space) for label in result.labels]
    return [{**row, "seconds": None} for row in rows]  # measured by a clock


def refused_meanwhile(strategy: str, settings: dict[str, Any], storage: str) -> str:
    """What a search is told that starts while another one measures an architecture."""
    started, go_on = os.pipe(), os.pipe()

    def waiting(arch: Architecture) -> float:
        os.write(started[1], b"!")
        os.read(go_on[0], 1)
        die()
        return total(arch)

    waiting.__name__ = total.__name__  # the same search
    child = os.fork()
    if child == 0:
        try:
            run(strategy, settings, storage, waiting)
        finally:
            os._exit(1)
    os.close(started[1])
    if os.read(started[0], 1) != b"!":
        raise RuntimeError("the first search did not start")
    try:
        open_record(storage, ToySpace(), {"direction": "maximize"})
        told = ""
    except StorageError as error:
        told = str(error)
    os.write(go_on[1], b"!")
    os.waitpid(child, 0)
    return told


def main() -> None:
    folder, strategy, text, kind = sys.argv[1:]
    settings = json.loads(text)
    file = Path(folder) / ("runs.db" if kind == "sqlite" else "journal.log")
    storage = f"sqlite:///{file}" if kind == "sqlite" else str(file)
    whole = run(strategy, settings, None)
    found: list[int] = []
    kills, refused = 0, ""
    for moment in SQLITE_MOMENTS if kind == "sqlite" else JOURNAL_MOMENTS:

        def doomed(moment: Callable[[], None] = moment) -> None:
            moment()
            run(strategy, settings, storage)

        kills += in_child(doomed) != 0
        found.append(count_labels(file, kind))
    if kind == "journal":
        refused = refused_meanwhile(strategy, settings, storage)
    killed = run(strategy, settings, storage)
    told = {
        "whole": whole[: len(killed)],
        "killed": killed,
        "kills": kills,
        "found": found,
        "refused": refused,
    }
    sys.stdout.write(json.dumps(told))


def count_labels(file: Path, kind: str) -> int:
    if not file.exists():
        return 0
    if kind == "journal":
        return file.read_bytes().count(b'"op_code":4')
    with sqlite3.connect(file) as database:
        found = database.execute("select count(*) from trials where state != 'RUNNING'")
        return int(found.fetchone()[0])


if __name__ == "__main__":
    main()
