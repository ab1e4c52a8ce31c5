"""arch2vec and the graph VAE: rank correlation, reconstruction, validity, and what a climb finds.

Each predictor learns from random labels of a table and from up to 10,000 of its other
architectures without labels, and is judged by Kendall's tau-b over the whole table.

Run:
    python benchmarks/latent_spaces.py rank --benchmark nasbench201 --seeds 5
    python benchmarks/latent_spaces.py decode --benchmark nasbench101-measured --seeds 3
    python benchmarks/latent_spaces.py climb --benchmark nasbench201 --seeds 5

Rows that are in the file already are not run again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from archscout import load_benchmark, make_predictor
from archscout.predictors._graph_vae import GraphVAE
from archscout.stats import kendall_tau

LABELS = (50, 100, 400)
UNLABELED = 10_000
VARIANTS = {
    "arch2vec": ("arch2vec", {}),
    "arch2vec, all vertices": ("arch2vec", {"embedding": "vertices"}),
    "arch2vec, taught tanh network": ("arch2vec", {"regressor": "bayesian-linear"}),
    "graph-vae": ("graph-vae", {}),
    "graph-vae, no complexity": ("graph-vae", {"complexity": "none"}),
    "boosting": ("boosting", {}),
    "forest": ("forest", {}),
}


def rank(benchmark, seed: int) -> list[dict]:
    """Rows of every variant and number of labels."""
    rows = []
    for labels in LABELS:
        order = np.random.default_rng([seed, labels]).permutation(len(benchmark.choices))
        known, others = order[:labels], order[labels:][:UNLABELED]
        for variant, (name, settings) in VARIANTS.items():
            model = make_predictor(
                name, benchmark.space, np.random.default_rng([seed, 1]), **settings
            )
            started = time.process_time()
            model.fit(benchmark.choices[known], benchmark.values[known], benchmark.choices[others])
            mean, spread = model.predict(benchmark.choices)
            seconds = time.process_time() - started
            missed = np.abs(mean - benchmark.values)[order[labels:]]
            rows.append(
                {
                    "variant": variant,
                    "labels": labels,
                    "tau": kendall_tau(mean, benchmark.values),
                    "inside": float((missed < spread[order[labels:]]).mean()),
                    "processor_seconds": seconds,
                }
            )
    return rows


def decode(benchmark, seed: int) -> list[dict]:
    """Reconstruction of unseen architectures, and validity of 10,000 draws."""
    space = benchmark.space
    order = np.random.default_rng([seed, 2]).permutation(len(benchmark.choices))
    taught, unseen = order[:UNLABELED], benchmark.choices[order[UNLABELED:]][:5000]
    model = make_predictor("arch2vec", space, np.random.default_rng([seed, 1]))
    model.pretrain(benchmark.choices[taught])
    latent = model.encode(unseen)
    rebuilt, valid = model.decode(latent)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((10_000, *latent.shape[1:]), generator=generator)
    row = {
        "rebuilt": float((valid & (rebuilt == unseen).all(axis=1)).mean()),
        "choices_rebuilt": float((rebuilt == unseen)[valid].mean()),
    }
    shift, width = latent.flatten(0, 1).mean(dim=0), latent.flatten(0, 1).std(dim=0)
    for name, drawn in (("prior", noise), ("matched", shift + width * noise)):
        written, good = model.decode(drawn)
        row[f"{name}_valid"] = float(good.mean())
        row[f"{name}_different"] = len(np.unique(written[good], axis=0)) / max(int(good.sum()), 1)
    return [row]


def climb(benchmark, seed: int) -> list[dict]:
    """What is found from the best 20 of 100 labels, at several prices and steps."""
    space, rows = benchmark.space, []
    order = np.random.default_rng([seed, 100]).permutation(len(benchmark.choices))
    known, others = order[:100], order[100:][:UNLABELED]
    best = benchmark.choices[known[np.argsort(-benchmark.values[known])[:20]]]
    values = dict(zip(map(bytes, benchmark.choices), benchmark.values, strict=True))
    seen = {bytes(row) for row in benchmark.choices[known]}
    for complexity, price in (("none", 0.0), ("params", 0.0), ("params", 0.3), ("params", 1.0)):
        # The same seed: models that differ in the price alone learn the same.
        rng = np.random.default_rng([seed, 1])
        model = GraphVAE(space, rng, complexity=complexity, price=price)
        model.fit(benchmark.choices[known], benchmark.values[known], benchmark.choices[others])
        for step in (0.3, 1.0, 3.0):
            written = model.climb(best, step)
            found = np.array(
                [row for row in np.unique(written, axis=0) if bytes(row) not in seen],
                dtype=np.int8,
            ).reshape(-1, best.shape[1])
            measured = [values[bytes(row)] for row in found if bytes(row) in values]
            rows.append(
                {
                    "complexity": complexity,
                    "price": price,
                    "step": step,
                    "valid": len(written) / (len(best) * model.members),
                    "new": len(found),
                    "median_value": float(np.median(measured)) if measured else np.nan,
                    "best_value": max(measured, default=np.nan),
                    "start_median": float(np.median(np.sort(benchmark.values[known])[-20:])),
                    "megaparams": float(np.mean(space.params_table(found))) / 1e6
                    if len(found)
                    else np.nan,
                    "start_megaparams": float(np.mean(space.params_table(best))) / 1e6,
                }
            )
    return rows


MEASUREMENTS: dict[str, tuple[Callable, list[str]]] = {
    "rank": (rank, ["labels", "variant"]),
    "decode": (decode, ["benchmark"]),
    "climb": (climb, ["complexity", "price", "step"]),
}


def main() -> None:
    """Measure what is missing in the file, and print means and deviations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=list(MEASUREMENTS))
    parser.add_argument("--benchmark", default="nasbench201")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("latent-spaces"))
    options = parser.parse_args()
    measure, keys = MEASUREMENTS[options.what]
    benchmark = load_benchmark(options.benchmark)
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"{options.what}-{options.benchmark}.csv"
    frame = pd.read_csv(path) if path.exists() else pd.DataFrame({"seed": []})
    for seed in range(options.seeds):
        if seed in set(frame["seed"]):
            continue
        rows = [
            {"benchmark": options.benchmark, "seed": seed, **row}
            for row in measure(benchmark, seed)
        ]
        frame = pd.concat([frame, pd.DataFrame(rows)], ignore_index=True)
        frame.to_csv(path, index=False)
    with pd.option_context("display.width", 200, "display.max_columns", 30):
        numbers = frame.drop(columns="seed").groupby(keys).agg
        print(numbers("mean", numeric_only=True).round(3))
        print(numbers("std", numeric_only=True).round(3))


if __name__ == "__main__":
    main()
