"""How many labels a search spends on architectures that cannot be trained.

NAS-Bench-201 on CIFAR-10, where a part of the cells raises an error instead of giving a value.

Run:
    python benchmarks/crashing_regions.py --strategies guided,local --labels 40 --seeds 5
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable

import numpy as np

import archscout
from archscout import Architecture

CONVOLUTIONS = (2, 3)  # options of NAS-Bench-201: 1x1 and 3x3
REGIONS: dict[str, Callable[[Architecture], bool]] = {
    "two or more 3x3 convolutions": lambda arch: arch.choices.count(3) >= 2,
    "the first edge is a 3x3 convolution": lambda arch: arch.choices[0] == 3,
    "four or more convolutions": lambda arch: sum(c in CONVOLUTIONS for c in arch.choices) >= 4,
    "20 % at random": lambda arch: np.random.default_rng([7, *arch.choices]).random() < 0.2,
}


def main() -> None:
    """Print failed labels a seed and the mean of the best values."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strategies", default="guided,local")
    parser.add_argument("--labels", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    table = archscout.load_benchmark("nasbench201", dataset="cifar10")
    for words, crashes in REGIONS.items():

        def measure(arch: Architecture, crashes: Callable[..., bool] = crashes) -> float:
            if crashes(arch):
                raise RuntimeError("cannot be trained")
            return table.measure(arch, np.random.default_rng(0)).value

        for strategy in options.strategies.split(","):
            results = [
                archscout.search(
                    table.space, measure, strategy, options.labels, seed, keep_going=True
                )
                for seed in range(options.seeds)
            ]
            failed = [sum(label.failed for label in result.labels) for result in results]
            best = np.mean([result.best.value for result in results])
            print(f"{words}: {strategy} failed {failed} of {options.labels}, best {best:.2f}")


if __name__ == "__main__":
    main()
