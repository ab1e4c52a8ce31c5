"""Which memory format and precision pays for a training step of one network of each space.

    python benchmarks/precision_speed.py

Prints the median processor milliseconds of a step of 64 images over some steps on one thread.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
import torch
from torch import nn

from archscout.spaces import load_space
from archscout.spaces.mobilenet._costs import Widths
from archscout.training._loop import loss_of
from archscout.training._optimizer import make_optimizer, update
from archscout.training.settings import TrainSettings

SMALL = Widths(stem=8, first=8, stages=(8, 16, 24, 32, 48, 80), last=128)
CASES = (
    ("nasbench201", {"channels": 8, "cells": 1}, 16),
    ("nasbench201", {"channels": 16, "cells": 5}, 32),
    ("darts", {"network": "cifar", "channels": 8, "cells": 8}, 16),
    ("mobilenet", {"widths": SMALL}, 32),
    ("mobilenet", {"widths": SMALL}, 64),
)
FORMATS = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}


def milliseconds(network: nn.Module, side: int, form: torch.memory_format, precision: str, n: int):
    settings = TrainSettings()
    network.to(memory_format=form).train()
    optimizer = make_optimizer(network, settings)
    generator = torch.Generator().manual_seed(0)
    batch = torch.randn(64, 3, side, side, generator=generator).contiguous(memory_format=form)
    wanted = torch.randint(0, 10, (64,), generator=generator)
    taken = []
    for _ in range(n + 2):
        start = time.process_time()
        optimizer.zero_grad(set_to_none=True)
        loss_of(network, batch, wanted, None, smoothing=0.0, precision=precision).backward()
        update(network, optimizer, settings)
        taken.append(time.process_time() - start)
    return 1000 * statistics.median(taken[2:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    combinations = [(f, p) for f in FORMATS for p in ("float32", "bfloat16")]
    print("| network | " + " | ".join(f"{f}, {p}" for f, p in combinations) + " |")
    print("|---" * (len(combinations) + 1) + "|")
    for name, settings, side in CASES:
        space = load_space(name)
        arch = space.sample(np.random.default_rng(0), 1)[0]
        cells = []
        for form, precision in combinations:
            network = space.build(arch, classes=10, **settings)
            taken = milliseconds(network, side, FORMATS[form], precision, arguments.steps)
            cells.append(f"{taken:.1f}")
        size = ", ".join(f"{k} {v}" for k, v in settings.items() if not isinstance(v, Widths))
        print(f"| {name}, {size or 'small widths'}, {side} px | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
