"""Run by test_exact_resume.py in a process of its own: trainings that are killed by SIGKILL.

Argument: a folder, and the precision. Prints, as JSON, how many kills struck, and whether the
final weights and losses are those of a training that nobody interrupts, to the last bit.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import safetensors.torch
import torch
from tiny_networks import make_images, same

from archscout.supernets import make_supernet
from archscout.training._loop import train
from archscout.training._path_sampling import SupernetPaths
from archscout.training.settings import TrainSettings
from dying import die_at, in_child

# Each step of 9 writes a checkpoint: fsync, then replace, and before that the last one moves.
MOMENTS: list[Callable[[], None]] = [
    lambda: die_at(os, "fsync", 1),
    lambda: die_at(os, "replace", 2),
    lambda: die_at(torch.Tensor, "backward", 1),
    lambda: die_at(os, "replace", 3),
    lambda: die_at(torch.optim.SGD, "step", 2),
    lambda: die_at(os, "fsync", 3),
    lambda: die_at(os, "replace", 4, after=True),
]


def run(folder: str | None, precision: str) -> tuple[dict[str, torch.Tensor], tuple[float, ...]]:
    generator = torch.Generator().manual_seed(1)
    supernet = make_supernet("nasbench201", channels=4, cells=1, classes=3, generator=generator)
    settings = TrainSettings(epochs=3, batch=16, precision=precision, seed=4, clip_norm=1.0)
    images = make_images()
    done = train(
        supernet,
        images,
        images.targets,
        settings,
        paths=SupernetPaths(supernet),
        folder=folder,
        checkpoint_seconds=0,
    )
    return supernet.state_dict(), done.losses


def main() -> None:
    folder, precision = sys.argv[1:]
    torch.set_num_threads(1)
    # First, so that the processes below inherit what PyTorch prepares at its first steps.
    expected, losses = run(None, precision)
    kills = 0
    for moment in MOMENTS:

        def doomed(moment: Callable[[], None] = moment) -> None:
            moment()
            run(folder, precision)

        kills += in_child(doomed) != 0
    in_child(lambda: run(folder, precision))
    final = safetensors.torch.load_file(Path(folder) / "final.safetensors")
    again, found_losses = run(folder, precision)
    sys.stdout.write(
        json.dumps(
            {
                "kills": kills,
                "moments": len(MOMENTS),
                "equal": same(final, expected) and same(again, expected),
                "losses": found_losses == losses,
                "left": sorted(os.listdir(folder)),
            }
        )
    )


if __name__ == "__main__":
    main()
