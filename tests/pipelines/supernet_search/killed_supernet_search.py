"""Run by test_search.py in a process of its own: searches that are killed by SIGKILL.

Argument: a folder. Prints, as JSON, how many kills struck, and whether the result is that of a
search that nobody interrupts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from tiny_supernet_search import make_images, make_settings, small_predictor

from archscout._common.run_folder import RunFolder
from archscout.pipelines.supernet_search import search_supernet
from archscout.predictors._parts.presets import PRESETS
from archscout.study.record._storage import StudyRecord
from archscout.supernets.rounds import SupernetRounds
from dying import die_at, in_child

MOMENTS: list[Callable[[], None]] = [
    lambda: die_at(StudyRecord, "add", 1),
    lambda: die_at(StudyRecord, "add", 3, after=True),
    lambda: die_at(torch.Tensor, "backward", 2),
    lambda: die_at(SupernetRounds, "accuracies", 1),
    lambda: die_at(RunFolder, "write", 1),
    lambda: die_at(RunFolder, "write", 1, after=True),
    lambda: die_at(StudyRecord, "add", 2),
]


def run(folder: Path) -> list[object]:
    result = search_supernet(make_images(), make_settings(), out=folder)
    texts = [result.space.format(arch) for arch in result.architectures]
    network = [finalist.validation for finalist in result.finalists]
    return [texts, [part.accuracies.tolist() for part in result.rounds], network]


def main() -> None:
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    PRESETS["fast"] = small_predictor()
    # First, so that the processes below inherit what PyTorch prepares at its first steps.
    expected = run(folder / "whole")
    kills = 0
    for moment in MOMENTS:

        def work(moment: Callable[[], None] = moment) -> None:
            moment()
            run(folder / "killed")

        kills += in_child(work) == 9
    found = run(folder / "killed")
    sys.stdout.write(
        json.dumps({"kills": kills, "moments": len(MOMENTS), "equal": found == expected})
    )


if __name__ == "__main__":
    main()
