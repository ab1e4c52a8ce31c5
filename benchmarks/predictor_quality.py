"""Rank correlation of the predictors of SemiNAS on NAS-Bench-201, semi-supervised or not.

Each variant learns from the same random labels (mean validation accuracy) and is judged by
Kendall's tau-b over all 15,625 cells. Pairs that end in "-semi" and "-labels" differ in the
unlabeled architectures alone and take the same number of gradient steps.

Run:
    python benchmarks/predictor_quality.py
    python benchmarks/predictor_quality.py --variants paper-2000 --seeds 2

Rows that are in the file already are not run again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from archscout import load_benchmark
from archscout.predictors import PRESETS, Preset
from archscout.predictors.encoder_predictor_decoder import EncoderPredictorDecoder
from archscout.predictors.wrappers._pseudo_labels import PseudoLabels
from archscout.stats import kendall_tau, kendall_tau_top, paired_difference


def semi(preset: str | Preset) -> Callable:
    """One round of SemiNAS: labels, then labels and pseudo-labels together."""

    def learn(space, rng, choices, values, others):
        def make(space, rng):
            return EncoderPredictorDecoder(space, rng, preset=preset)

        wrapped = PseudoLabels(space, rng, make=make, judged=False)
        return wrapped.fit(choices, values, others).predictor

    return learn


def labels_only(preset: str | Preset) -> Callable:
    """The same steps without unlabeled architectures: NAO."""

    def learn(space, rng, choices, values, others):
        model = EncoderPredictorDecoder(space, rng, preset=preset)
        return model.fit(choices, values).fit_control(choices, values, len(others))

    return learn


# Six tokens say what the published 35 do, and a step takes a fifth of the time.
SHORT = replace(PRESETS["paper-2000"], tokens="tokens")
VARIANTS = {
    "fast-semi": (semi("fast"), None),
    "fast-labels": (labels_only("fast"), None),
    "lstm-semi": (semi("lstm"), None),
    "lstm-labels": (labels_only("lstm"), None),
    "paper-2000": (semi(SHORT), 10_000),
    "paper-2000-35-tokens": (semi("paper-2000"), 10_000),
}


def measure(benchmark, variant: str, labels: int, seed: int) -> dict:
    """One row: learn from random labels, rank all cells."""
    learn, most = VARIANTS[variant]
    space, rng = benchmark.space, np.random.default_rng([seed, labels])
    order = rng.permutation(len(benchmark.choices))
    known, others = order[:labels], order[labels:]
    others = others[:most] if most else others
    choices, values = benchmark.choices, benchmark.values
    started = time.perf_counter()
    model = learn(space, rng, choices[known], values[known], choices[others])
    seconds = time.perf_counter() - started
    predicted = model.predict(choices).mean
    return {
        "variant": variant,
        "dataset": benchmark.dataset,
        "labels": labels,
        "seed": seed,
        "tau": kendall_tau(predicted, values),
        "tau_top_tenth": kendall_tau_top(predicted, values, 0.1),
        "steps": model.steps_,
        "seconds": seconds,
    }


def summarise(frame: pd.DataFrame) -> str:
    """Means a variant, and paired differences with bootstrap intervals, as Markdown."""
    lines = ["| table | labels | variant | seeds | tau-b | tau-b in the best tenth | s | steps |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for (dataset, labels, variant), part in frame.groupby(["dataset", "labels", "variant"]):
        lines.append(
            f"| {dataset} | {labels} | {variant} | {len(part)} | {part.tau.mean():.3f} "
            f"| {part.tau_top_tenth.mean():.3f} | {part.seconds.median():.1f} "
            f"| {part.steps.median():.0f} |"
        )
    lines += ["", "| table | labels | difference | in | seeds | mean [95 % interval] | wins |"]
    lines.append("|---|---|---|---|---|---|---|")
    pairs = [
        ("fast-semi", "fast-labels"),
        ("lstm-semi", "lstm-labels"),
        ("fast-semi", "paper-2000"),
    ]
    for (dataset, labels), part in frame.groupby(["dataset", "labels"]):
        table = part.pivot(index="seed", columns="variant")
        for first, second in pairs:
            for column in ("tau", "tau_top_tenth"):
                if first not in table[column] or second not in table[column]:
                    continue
                both = table[column][[first, second]].dropna()
                if len(both) < 2:
                    continue
                found = paired_difference(both[first], both[second], np.random.default_rng(0))
                lines.append(
                    f"| {dataset} | {labels} | {first} - {second} | {column} | {len(both)} "
                    f"| {found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}] | {found.wins} |"
                )
    return "\n".join(lines)


def main() -> None:
    """Run what is missing in the file, then print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/predictor-quality.csv"))
    parser.add_argument("--variants", default="fast-semi,fast-labels,lstm-semi,lstm-labels")
    parser.add_argument("--labels", default="50,100,150")
    parser.add_argument("--datasets", default="cifar10")
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    keys = ["variant", "dataset", "labels", "seed"]
    for dataset in options.datasets.split(","):
        benchmark = load_benchmark("nasbench201", dataset=dataset)
        for seed in range(options.seeds):
            for labels in map(int, options.labels.split(",")):
                for variant in options.variants.split(","):
                    done = pd.read_csv(options.out) if options.out.exists() else None
                    key = pd.Series([variant, dataset, labels, seed], index=keys)
                    if done is not None and (done[keys] == key).all(axis=1).any():
                        continue
                    row = pd.DataFrame([measure(benchmark, variant, labels, seed)])
                    row.to_csv(options.out, mode="a", header=done is None, index=False)
    print(summarise(pd.read_csv(options.out)))


if __name__ == "__main__":
    main()
