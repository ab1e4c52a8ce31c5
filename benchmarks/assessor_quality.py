"""Rank correlation of the assessor, its ablations, its widths of kernel, and its rivals.

Each variant learns from the same random labels and the same unlabeled architectures. On
NAS-Bench-201 it is judged by Kendall's tau-b over all 15,625 cells, against validation and test
means; on NAS-Bench-101 over all measured cells that were not labels (single runs; no test).

Run:
    python benchmarks/assessor_quality.py
    python benchmarks/assessor_quality.py --space nasbench101 --labels 1000,10000 --seeds 3
    python benchmarks/assessor_quality.py --variants sigma-0.25,sigma-1 --labels 100 --seeds 5

Rows that are in the file already are not run again.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from archscout import load_benchmark, make_predictor
from archscout.stats import kendall_tau, kendall_tau_top, paired_difference

POOL = 10_000
# Name of the predictor, its settings, and how many unlabeled architectures it sees.
VARIANTS: dict[str, tuple[str, dict[str, Any], int | None]] = {
    "assessor": ("assessor", {}, POOL),
    "no-encoder": ("assessor", {"encoder": False}, POOL),
    "no-graph": ("assessor", {"graph": False}, POOL),
    "neither": ("assessor", {"encoder": False, "graph": False}, POOL),
    "unlabeled-0": ("assessor", {}, 0),
    "unlabeled-1000": ("assessor", {}, 1_000),
    "unlabeled-all": ("assessor", {}, None),
    "one-member": ("assessor", {"members": 1}, POOL),
    "matrix": ("assessor", {"inputs": "matrix"}, POOL),
    "properties": ("assessor", {"inputs": "properties"}, POOL),
    "both": ("assessor", {"inputs": "both"}, POOL),
    "squared": ("assessor", {"loss": "squared"}, POOL),
    "z-score": ("assessor", {"loss": "squared", "target": "z-score"}, POOL),
    "mlp": ("mlp", {}, 0),
    "forest": ("forest", {}, 0),
    "boosting": ("boosting", {}, 0),
}
VARIANTS |= {
    f"sigma-{sigma:g}": ("assessor", {"sigma": sigma}, POOL)
    for sigma in (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
}
TABLES = {"nasbench201": "nasbench201", "nasbench101": "nasbench101-measured"}
KEYS = ["variant", "space", "dataset", "labels", "seed"]


def measure(benchmark, variant: str, labels: int, seed: int) -> dict:
    """One row: learn from random labels, rank the other cells."""
    name, settings, unlabeled = VARIANTS[variant]
    space, rng = benchmark.space, np.random.default_rng([seed, labels])
    order = rng.permutation(len(benchmark.choices))
    known, others = order[:labels], benchmark.choices[order[labels:]]
    choices, values = benchmark.choices, benchmark.values
    if unlabeled is None and space.name.startswith("nasbench101"):
        # The cells that nobody measured are unlabeled too.
        others = space.all_choices()
    others = others[:unlabeled]
    started = time.process_time()
    model = make_predictor(name, space, rng, **settings)
    model.fit(choices[known], values[known], others)
    fitted = time.process_time()
    predicted = model.predict(choices).mean
    seconds = fitted - started, time.process_time() - fitted
    judged = order if space.name.startswith("nasbench201") else order[labels:]
    predicted, truth, test = predicted[judged], values[judged], benchmark.test_values[judged]
    return {
        "variant": variant,
        "space": space.name,
        "dataset": benchmark.dataset,
        "labels": labels,
        "seed": seed,
        "tau": kendall_tau(predicted, truth),
        "tau_test": np.nan if np.isnan(test).any() else kendall_tau(predicted, test),
        "tau_top_tenth": kendall_tau_top(predicted, truth, 0.1),
        "fit_seconds": seconds[0],
        "predict_seconds": seconds[1],
    }


def summarise(frame: pd.DataFrame, against: str = "assessor") -> str:
    """Means a variant, and what each differs from the assessor by on the same seeds."""
    lines = ["| space | labels | variant | seeds | tau-b | against test | best tenth | fit s |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for (space, _, labels, variant), part in frame.groupby(
        ["space", "dataset", "labels", "variant"]
    ):
        lines.append(
            f"| {space} | {labels} | {variant} | {len(part)} | {part.tau.mean():.3f} "
            f"| {part.tau_test.mean():.3f} | {part.tau_top_tenth.mean():.3f} "
            f"| {part.fit_seconds.median():.1f} |"
        )
    lines += ["", f"| space | labels | {against} less | seeds | tau-b [95 % interval] | wins |"]
    lines.append("|---|---|---|---|---|---|")
    for (space, _, labels), part in frame.groupby(["space", "dataset", "labels"]):
        table = part.pivot(index="seed", columns="variant", values="tau")
        if against not in table:
            continue
        for variant in table.columns.drop(against):
            both = table[[against, variant]].dropna()
            if len(both) < 2:
                continue
            found = paired_difference(both[against], both[variant], np.random.default_rng(0))
            lines.append(
                f"| {space} | {labels} | {variant} | {len(both)} "
                f"| {found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}] | {found.wins} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Run what is missing in the file, then print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/assessor-quality.csv"))
    parser.add_argument("--space", choices=list(TABLES), default="nasbench201")
    parser.add_argument("--dataset", default="cifar10")
    parser.add_argument("--variants", default="assessor,no-encoder,no-graph,mlp,forest,boosting")
    parser.add_argument("--labels", default="20,50,100,400")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0, help="100 or more while tuning")
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    benchmark = load_benchmark(TABLES[options.space], dataset=options.dataset)
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        for labels in map(int, options.labels.split(",")):
            for variant in options.variants.split(","):
                done = pd.read_csv(options.out) if options.out.exists() else None
                names = [variant, benchmark.space.name, benchmark.dataset, labels, seed]
                key = pd.Series(names, index=KEYS)
                if done is not None and (done[KEYS] == key).all(axis=1).any():
                    continue
                row = pd.DataFrame([measure(benchmark, variant, labels, seed)])
                row.to_csv(options.out, mode="a", header=done is None, index=False)
    print(summarise(pd.read_csv(options.out)))


if __name__ == "__main__":
    main()
