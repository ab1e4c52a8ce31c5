"""Run by test_study.py in a process of its own: searches that are killed and started again.

Arguments: a folder, a strategy and its settings as JSON, and the kind of storage. Prints, as
JSON, the labels of a search that nobody interrupts, those of one that was killed again and
again with SIGKILL, how many labels each kill found recorded, and what a second search at the
same time was told.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from archscout.errors import StorageError
from archscout.spaces.base import Architecture
from archscout.storage import open_record
from archscout.study import search
from archscout.testing.toy import ToySpace


def slow(arch: Architecture) -> float:
    time.sleep(0.003)
    if arch.choices[2] == 4:
        raise RuntimeError("this one never trains")
    return float(np.dot(arch.choices, [1.0, 0.3, 0.1, 0.7]))


def run(strategy: str, settings: dict[str, Any], storage: str | None) -> list[dict[str, Any]]:
    labels = 10 if storage and "://" in storage else 40  # a database takes its time
    result = search(
        ToySpace(), slow, strategy, labels=labels, seed=3, storage=storage, settings=settings
    )
    return [label.to_dict(result.space) for label in result.labels]


def start(strategy: str, settings: dict[str, Any], storage: str) -> int:
    child = os.fork()
    if child == 0:
        try:
            run(strategy, settings, storage)
        finally:
            os._exit(0)
    return child


def wait_for(bytes_on_disk: float, file: Path, child: int) -> bool:
    """Wait until the file has grown; false if the child ended first."""
    while not file.exists() or file.stat().st_size < bytes_on_disk:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.0002)
    return True


def main() -> None:
    folder, strategy, text, kind = sys.argv[1:]
    settings = json.loads(text)
    file = Path(folder) / ("runs.db" if kind == "sqlite" else "journal.log")
    storage = f"sqlite:///{file}" if kind == "sqlite" else str(file)
    whole = run(strategy, settings, None)
    rng = np.random.default_rng(int(time.time() * 1000) % 2**32)
    found: list[int] = []
    refused = ""
    for number in range(3 if kind == "sqlite" else 8):
        child = start(strategy, settings, storage)
        size = file.stat().st_size if file.exists() else 0
        # A journal grows with each label; a database is killed by the clock, also while it opens.
        if kind == "sqlite":
            time.sleep(float(rng.uniform(0, 1)))
        if kind == "sqlite" or wait_for(size + rng.uniform(0, 5000), file, child):
            time.sleep(float(rng.uniform(0, 0.01)))
            if kind == "journal" and number == 1:
                try:
                    open_record(storage, ToySpace(), {"direction": "maximize"})
                except StorageError as error:
                    refused = str(error)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        if kind == "journal" and file.exists():
            found.append(file.read_bytes().count(b'"op_code":4'))
    killed = run(strategy, settings, storage)
    told = {"whole": whole[: len(killed)], "killed": killed, "found": found, "refused": refused}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
