"""SemiNAS on a supernet of NAS-Bench-Macro under 60M MACs, judged by the measured table.

A supernet of 8 channels is trained on 8,000 of 10,000 CIFAR-10 images at 16x16; the rest scores
architectures. The limit is on the MACs of the networks of the table, 32 channels at 32x32. After
the search, 200 random architectures within the limit are scored by the last supernet, with their
running statistics measured anew and with the supernet's own, and Kendall's tau-b with the measured
accuracies is taken, beside that of parameters and MACs.

Run (needs ARCHSCOUT_DATA):
    python benchmarks/supernet_search.py --out runs/supernet-search --seed 0

The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import time
from pathlib import Path

import numpy as np
import torch

from archscout import load_benchmark
from archscout.images import load_images
from archscout.pipelines.supernet_search import SupernetSearchSettings, search_supernet
from archscout.pipelines.unlabeled._single_networks import draw_different
from archscout.spaces.limits._limit import Limit
from archscout.stats import kendall_tau, tau_interval
from archscout.supernets.rounds import SupernetRounds
from archscout.training._presets import PRESETS

SIDE, RESAMPLES = 16, 500
TABLE = {"channels": 32, "resolution": 32, "classes": 10}


def main() -> None:
    """Search, then compare with the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/supernet-search"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pool", default="newest")
    parser.add_argument("--epochs", type=int, default=5, help="of a round")
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--random", type=int, default=200)
    parser.add_argument("--final-epochs", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(1)
    started = time.process_time()

    settings = SupernetSearchSettings(
        "nasbench-macro",
        training=PRESETS["mobilenet-reduced"].change(learning_rate=options.rate),
        epochs=options.epochs,
        pool=options.pool,
        limits=(Limit("macs", most=60e6, settings=TABLE),),
        final_training=PRESETS["alone"].change(epochs=options.final_epochs),
        seed=options.seed,
    )
    file = Path(os.environ["ARCHSCOUT_DATA"]) / "images" / "cifar10_12k.npz"
    images = load_images(file, resolution=SIDE)
    test = load_images(file, resolution=SIDE, split="test")
    result = search_supernet(
        images, settings, test=test, out=options.out, on_stage=lambda name, _: None
    )
    print("\n".join(result.findings))
    for row in result.by_round():
        print(row)
    print(f"searched: {time.process_time() - started:.0f} processor seconds in this call")

    table = load_benchmark("nasbench-macro")
    truth = dict(zip(table.space.canonical_ids(table.choices), table.values, strict=True))
    space = result.space
    every = space.all_choices()
    measured = np.array([truth[name] for name in space.canonical_ids(every)])
    macs = space.macs_table(every, **TABLE)
    print(f"{len(every)} codes within 60M: best {measured.max():.2f}, mean {measured.mean():.2f}")
    print(f"most MACs within the limit: {measured[macs == macs.max()].max():.2f}")
    for name, arch in (("found", result.best), ("first", best_of_first(result))):
        value = truth[space.canonical_id(arch)]
        below = float((measured < value).mean())
        print(f"{name}: {space.format(arch)}, measured {value:.2f}, above {below:.1%} of all")
    scored = np.array([truth[name] for name in space.canonical_ids(result.architectures)])
    print(
        f"scored by the search: best {scored.max():.2f}, mean by round {by_round(result, scored)}"
    )
    compare(result, settings, images, truth, options)
    print(f"in all: {time.process_time() - started:.0f} processor seconds in this call")


def best_of_first(result):
    """The best of the random architectures by the last supernet accuracies."""
    first = result.rounds[0].proposed
    return result.architectures[int(np.argmax(result.accuracies[:first]))]


def by_round(result, values: np.ndarray) -> str:
    """Means of some values of the architectures that each round added."""
    ends = np.cumsum([part.proposed for part in result.rounds])[:-1]
    return " / ".join(f"{part.mean():.2f}" for part in np.split(values, ends))


def compare(result, settings, images, truth: dict, options) -> None:
    """Print how random architectures are ordered in each way."""
    space = result.space
    archs = draw_different(space, options.random, np.random.default_rng([options.seed, 9]))
    measured = np.array([truth[space.canonical_id(arch)] for arch in archs])
    learnt, held = images.split(settings.validation, settings.seed)
    # The last pool is only needed to go on, and nothing is left to train.
    last = result.architectures[-result.rounds[-1].proposed :]
    ways = {
        "parameters": space.params_table(archs).astype(float),
        "MACs": space.macs_table(archs).astype(float),
    }
    for name, batches in (("statistics measured anew", settings.recalibration), ("shared", 0)):
        plan = dataclasses.replace(settings.plan(len(learnt)), recalibration=batches)
        supernet = SupernetRounds(space.name, plan, learnt, held, options.out / "supernet")
        weights, trained = supernet.train(result.rounds[-1].number, last, None)
        assert trained.finished
        ways[f"supernet accuracy, {name}"] = supernet.accuracies(weights, archs)
    for name, values in ways.items():
        rng = np.random.default_rng(0)
        low, high = tau_interval(values, measured, rng, samples=RESAMPLES)
        tau = kendall_tau(values, measured)
        best = measured[int(np.argmax(values))]
        print(f"{name}: tau-b {tau:.3f} [{low:.3f}, {high:.3f}], puts first {best:.2f}")
    print(f"{len(archs)} networks: best measured {measured.max():.2f}, mean {measured.mean():.2f}")


if __name__ == "__main__":
    main()
