"""Run by test_exact_resume.py in a process of its own: trainings that are killed by SIGKILL.

Argument: a folder, and the precision. Prints, as JSON, how many kills struck, and whether the
final weights and losses are those of a training that nobody interrupts, to the last bit.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from tiny_networks import make_images, same

from archscout.supernets import make_supernet
from archscout.training.loop import train
from archscout.training.paths import SupernetPaths
from archscout.training.settings import TrainSettings

# Each step of 9 writes a checkpoint: fsync, then replace, and before that the last one moves.
MOMENTS = [("fsync", 1), ("replace", 2), ("replace", 3), ("fsync", 3), ("replace", 4)]


def run(folder: str | None, precision: str) -> tuple[dict[str, torch.Tensor], tuple[float, ...]]:
    generator = torch.Generator().manual_seed(1)
    supernet = make_supernet("nasbench201", channels=4, cells=1, classes=3, generator=generator)
    settings = TrainSettings(epochs=3, batch=16, precision=precision, seed=4, clip_norm=1.0)
    images = make_images()
    done = train(
        supernet,
        images,
        images.labels,
        settings,
        paths=SupernetPaths(supernet),
        folder=folder,
        checkpoint_seconds=0,
    )
    return supernet.state_dict(), done.losses


def kill_at(name: str, call: int) -> None:
    """Let the process die instead of making a call of the system for the n-th time."""
    real, count = getattr(os, name), 0

    def counted(*arguments):
        nonlocal count
        count += 1
        if count == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    setattr(os, name, counted)


def start(folder: str, precision: str, moment: tuple[str, int] | None = None) -> int:
    child = os.fork()
    if child == 0:
        try:
            if moment is not None:
                kill_at(*moment)
            run(folder, precision)
        finally:
            os._exit(0)
    return child


def main() -> None:
    folder, precision = sys.argv[1:]
    torch.set_num_threads(1)
    # First, so that the processes below inherit what PyTorch prepares at its first steps.
    expected, losses = run(None, precision)
    kills = 0
    for moment in MOMENTS:
        _, status = os.waitpid(start(folder, precision, moment), 0)
        kills += os.WIFSIGNALED(status)
    rng = np.random.default_rng(0)
    for _ in range(2):
        child = start(folder, precision)
        time.sleep(float(rng.uniform(0.02, 0.25)))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(status)
    _, status = os.waitpid(start(folder, precision), 0)
    final = safetensors.torch.load_file(Path(folder) / "final.safetensors")
    again, found_losses = run(folder, precision)
    sys.stdout.write(
        json.dumps(
            {
                "kills": kills,
                "equal": same(final, expected) and same(again, expected),
                "losses": found_losses == losses,
                "left": sorted(os.listdir(folder)),
            }
        )
    )


if __name__ == "__main__":
    main()
