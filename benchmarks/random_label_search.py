"""Random-label search over NAS-Bench-201 on real images at a reduced scale, beside its nulls.

For each set of images, kind of labels and seed, a supernet of 8 channels and one cell a stage is
trained on 16x16 images. Kendall's tau-b of all 15,625 angles with the test accuracies of
NAS-Bench-201 on its three data sets is taken after several epochs, and beside it that of the
angle between two fresh initialisations, of parameters on live paths and of MACs.

Run (needs ARCHSCOUT_DATA):
    python benchmarks/random_label_search.py
    python benchmarks/random_label_search.py --images cifar10 --kinds random,true --seeds 5

Rows that are in the file already are not run again.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from archscout import load_benchmark
from archscout.images import load_images
from archscout.proxies import make_proxy
from archscout.stats import bootstrap_interval, kendall_tau, kendall_tau_top
from archscout.supernets import make_supernet
from archscout.supernets._random_labels import label_source
from archscout.supernets.angle import make_angle
from archscout.supernets.nulls import null_angle
from archscout.training._loop import train
from archscout.training._path_sampling import SupernetPaths
from archscout.training._presets import PRESETS
from archscout.training._weights_file import read_weights
from archscout.training.settings import TrainSettings

FILES = {"cifar10": "cifar10_12k.npz", "tiny-imagenet": "tinyimagenet16_120_14k.npz"}
DATASETS = ("cifar10", "cifar100", "imagenet16_120")
CHANNELS, CELLS, SIDE = 8, 1, 16
KEYS = ["images", "way", "seed", "epoch"]


def tables() -> dict[str, np.ndarray]:
    """Mean test accuracies after 200 epochs, by data set, in the order of the space."""
    found = {}
    for dataset in DATASETS:
        benchmark = load_benchmark("nasbench201", dataset=dataset)
        order = np.lexsort(benchmark.choices.T[::-1])
        every = benchmark.space.all_choices()
        assert (benchmark.choices[order] == every[np.lexsort(every.T[::-1])]).all()
        values = np.empty(len(every))
        values[np.lexsort(every.T[::-1])] = benchmark.test_values[order]
        found[dataset] = values
    return found


def score(scores: np.ndarray, truth: dict[str, np.ndarray], space) -> dict:
    """What a way of ordering is worth on the tables."""
    best = int(np.argmax(scores))
    row: dict = {"best": space.format(space.architectures(space.all_choices()[[best]])[0])}
    for dataset, values in truth.items():
        row[f"tau_{dataset}"] = kendall_tau(scores, values)
        row[f"top_{dataset}"] = kendall_tau_top(scores, values, 0.1)
        row[f"test_{dataset}"] = values[best]
    return row


def measure(
    name: str, images, kind: str, seed: int, truth: dict, training: TrainSettings
) -> list[dict]:
    """Train one supernet and score its angles after several epochs."""
    source = label_source(kind, images, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    supernet = make_supernet(
        "nasbench201", classes=source.classes, channels=CHANNELS, cells=CELLS, generator=generator
    )
    settings, epochs = training.change(seed=seed), training.epochs
    kept = sorted({1, 2, 5, 10, epochs} & set(range(1, epochs + 1)))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        trained = train(
            supernet,
            images,
            source,
            settings,
            paths=SupernetPaths(supernet),
            folder=folder,
            keep_epochs=kept,
        )
        seconds = time.process_time() - started
        initial = read_weights(Path(folder) / "initial.safetensors")[0]
        for epoch in kept:
            final = read_weights(Path(folder) / f"epoch-{epoch}.safetensors")[0]
            started = time.perf_counter()
            angles = make_angle(supernet, _bare(initial), _bare(final)).angles(
                supernet.space.all_choices()
            )
            rows.append(
                {
                    "images": name,
                    "way": way_of(kind, training),
                    "seed": seed,
                    "epoch": epoch,
                    "loss": trained.losses[epoch - 1],
                    "processor_seconds": seconds,
                    "images_per_second": trained.images_per_second,
                    "angle_seconds": time.perf_counter() - started,
                    **score(angles, truth, supernet.space),
                }
            )
    return rows


def way_of(kind: str, training: TrainSettings) -> str:
    """Name of a way to order; a learning rate that is not the preset's is named."""
    usual = PRESETS["nasbench201-reduced"].learning_rate
    rate = training.learning_rate
    return f"angle, {kind} labels" + ("" if rate == usual else f", rate {rate:g}")


def _bare(weights: dict) -> dict:
    return {name.removeprefix("weights."): value for name, value in weights.items()}


def nulls(name: str, classes: int, seed: int, truth: dict) -> list[dict]:
    """Score the ways that see no image."""

    def make(generator: torch.Generator):
        return make_supernet(
            "nasbench201", classes=classes, channels=CHANNELS, cells=CELLS, generator=generator
        )

    supernet = make(torch.Generator().manual_seed(seed))
    every = supernet.space.all_choices()
    ways = {
        "angle, two fresh initialisations": null_angle(make, (seed, 1000 + seed)).angles(every),
        "parameters on live paths": make_proxy("live-params", supernet.space).score(every),
        "MACs": make_proxy("macs", supernet.space).score(every),
    }
    return [
        {"images": name, "way": way, "seed": seed, "epoch": 0, **score(s, truth, supernet.space)}
        for way, s in ways.items()
    ]


def summarise(frame: pd.DataFrame) -> str:
    """Mean tau-b with its interval over seeds."""
    lines = ["| images | way | epochs | seeds | " + " | ".join(DATASETS) + " | best tenth |"]
    lines.append("|---" * (5 + len(DATASETS)) + "|")
    for (name, way, epoch), part in frame.groupby(["images", "way", "epoch"], sort=False):
        cells = []
        for dataset in DATASETS:
            taus = part[f"tau_{dataset}"].to_numpy()
            low, high = bootstrap_interval(taus, np.random.default_rng(0))
            cells.append(f"{taus.mean():.3f} [{low:.3f}, {high:.3f}]")
        top = " / ".join(f"{part[f'top_{dataset}'].mean():.2f}" for dataset in DATASETS)
        lines.append(f"| {name} | {way} | {epoch} | {len(part)} | {' | '.join(cells)} | {top} |")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing in the file, then print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/random-labels.csv"))
    parser.add_argument("--images", default=",".join(FILES))
    parser.add_argument("--kinds", default="random,true,shuffled,redrawn")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--rate", type=float, default=None, help="learning rate; named in the row")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    training = PRESETS["nasbench201-reduced"].change(epochs=options.epochs)
    if options.rate is not None:
        training = training.change(learning_rate=options.rate)
    truth, folder = tables(), Path(os.environ["ARCHSCOUT_DATA"]) / "images"
    for name in options.images.split(","):
        images = load_images(folder / FILES[name], resolution=SIDE)
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            for kind in ["nulls", *options.kinds.split(",")]:
                done = pd.read_csv(options.out) if options.out.exists() else None
                way = way_of(kind, training) if kind != "nulls" else "MACs"
                if (
                    done is not None
                    and ((done.images == name) & (done.way == way) & (done.seed == seed)).any()
                ):
                    continue
                if kind == "nulls":
                    rows = nulls(name, len(images.classes), seed, truth)
                else:
                    rows = measure(name, images, kind, seed, truth, training)
                frame = pd.concat([done, pd.DataFrame(rows)], ignore_index=True)
                frame.to_csv(options.out, index=False)
    print(summarise(pd.read_csv(options.out)))


if __name__ == "__main__":
    main()
